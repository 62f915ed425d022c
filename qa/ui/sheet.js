// @ts-check
// In a narrow window the source is a sheet that comes from below: a swipe down, Escape or a tap beside it lead back. What
// the on-screen keyboard leaves of the window is all that the page uses, so that it does not hide the question.

const FAR = 90; // px that a swipe must go down
const KEYBOARD = 80; // px that a keyboard covers at least; the browser's own bars are lower
const VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content";

const isUp = () => QA.state.view === "source" && !QA.page.isWide();
const sheet = () => document.getElementById("reading");

// Swiping

/** @type {{x: number, y: number} | null} Where the finger went down, if nothing under it can be scrolled up first. */
let from = null;
let down = 0; // px that the sheet has followed the finger

/** @param {Element | null} part */
function isScrolled(part) {
  for (let one = part; one && one !== sheet(); one = one.parentElement) if (one.scrollTop > 0) return true;
  return false;
}

/** @param {number} by */
function moveTo(by) {
  down = by;
  const moved = sheet();
  if (!moved) return;
  moved.style.transform = by ? `translateY(${by}px)` : "";
  moved.style.transition = by ? "none" : "";
}

document.addEventListener("touchstart", (event) => {
  const [finger, second] = event.touches;
  const part = QA.closest(event, "#reading *, #reading");
  const isFree = part && (part.closest(".pane-bar") || !isScrolled(part)); // the bar stays where it is
  from = isUp() && isFree && finger && !second ? { x: finger.clientX, y: finger.clientY } : null;
});
document.addEventListener(
  "touchmove",
  (event) => {
    const [finger] = event.touches;
    if (!from || !finger) return;
    const by = finger.clientY - from.y;
    if (!down && (by < 0 || Math.abs(finger.clientX - from.x) > by)) from = null;
    else moveTo(Math.max(0, by));
    if (from && event.cancelable) event.preventDefault(); // else the browser would scroll, or reload the page
  },
  { passive: false },
);
for (const type of ["touchend", "touchcancel"]) {
  document.addEventListener(type, () => {
    const isFar = down > FAR;
    from = null;
    moveTo(0);
    if (isFar) QA.citations.back();
  });
}

// Other ways back

document.addEventListener("click", (event) => {
  if (isUp() && event.target instanceof Element && event.target.id === "main") QA.citations.back();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || QA.isComposing(event)) return;
  if (isUp() && !QA.find(document, "dialog[open]")) QA.citations.back();
});

// The keyboard. Where the browser does not make the page smaller by itself, as on an iPhone, the seen part is measured.

const seen = window.visualViewport;

function fit() {
  if (!seen || seen.scale > 1.01) return; // enlarged by two fingers
  const isCovered = innerHeight - seen.height > KEYBOARD;
  document.documentElement.style.setProperty("--window", isCovered ? `${Math.round(seen.height)}px` : "100dvh");
  if (isCovered) scrollTo(0, 0);
}
seen?.addEventListener("resize", fit);

function askForRoom() {
  for (const meta of document.querySelectorAll("meta[name=viewport]")) meta.setAttribute("content", VIEWPORT);
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", askForRoom);
else askForRoom();
