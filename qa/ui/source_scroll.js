// @ts-check
// Brings a place of the source into sight, and keeps it there while the layout around it changes.

const GAP = 16; // pixels between the top of the pane and what is brought there
const MOST = 90; // frames in which the layout around a target may still change; a busy machine draws few in a second
const STILL = 8; // frames without a change after which it has settled

/** @type {Offered["sourceScroll"]["on"]} */
function on(pane) {
  /** @type {HTMLElement | Range | null} What is held in its place. */
  let held = null;
  /** @type {(() => void) | null} Hold what was held last, until the reader scrolls. */
  let again = null;

  /** @type {Scroller["hold"]} */
  function hold(target, inMiddle) {
    let frames = 0;
    let still = 0;
    held = target;
    again = () => hold(target, inMiddle);
    const step = () => {
      if (held !== target || !isThere(target)) return;
      const before = pane.scrollTop;
      pane.scrollTop += distanceOf(target, inMiddle, pane);
      still = pane.scrollTop === before ? still + 1 : 0;
      frames += 1;
      if (still < STILL && frames < MOST) requestAnimationFrame(step);
      else held = null;
    };
    step();
  }

  for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    pane.addEventListener(type, () => (held = again = null), { passive: true });
  }
  // Parts of the text are laid out when they come near: on a busy machine that may be after the last frame above.
  const size = new ResizeObserver(() => held || again?.());
  for (const part of pane.children) size.observe(part);
  return { hold };
}

/** @param {HTMLElement | Range} target */
const isThere = (target) => (target instanceof Range ? target.startContainer : target).isConnected;

/**
 * Return how far something is below its place in the pane, in pixels.
 * @param {HTMLElement | Range} target
 * @param {boolean} inMiddle
 * @param {HTMLElement} pane
 */
function distanceOf(target, inMiddle, pane) {
  const room = pane.getBoundingClientRect();
  const { top, height } = target.getBoundingClientRect();
  const free = inMiddle ? Math.max(GAP, (room.height - height) / 2) : GAP;
  return Math.round(top - room.top - free);
}

QA.register("sourceScroll", { on });
