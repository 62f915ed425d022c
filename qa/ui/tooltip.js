// @ts-check
// The passage of an [n] that is pointed at or has the focus. It stays while it is itself pointed at.

const MARGIN = 8; // px to the edge of the window, and to the [n]
const LINGER = 250; // ms to reach the tooltip over the gap

/** @type {{box: HTMLElement, cite: HTMLElement} | null} */
let shown = null;
/** @type {number | undefined} */
let leaving;

/** @param {HTMLElement} cite */
function show(cite) {
  clearTimeout(leaving);
  const excerpt = QA.citations.excerptOf(cite);
  if (!excerpt || shown?.cite === cite) return;
  hide();
  const passage = copyOf(QA.get(excerpt, ".passage"));
  const box = document.createElement("div");
  box.id = "excerpt-tip";
  box.setAttribute("role", "tooltip");
  const over = QA.find(excerpt, ".over")?.cloneNode(true);
  box.append(...(over ? [over] : []), passage, originOf(excerpt));
  document.body.append(box);
  position(box, cite.getBoundingClientRect());
  passage.scrollTop = (QA.find(passage, "mark")?.offsetTop ?? 0) - passage.offsetTop;
  cite.setAttribute("aria-describedby", box.id);
  shown = { box, cite };
}

/** @param {HTMLElement} passage */
function copyOf(passage) {
  const copy = document.createElement("p");
  copy.dir = "auto";
  copy.append(...[...passage.childNodes].map((part) => part.cloneNode(true)));
  return copy;
}

/** Return a line with the excerpt's section and source. @param {HTMLElement} excerpt */
function originOf(excerpt) {
  const line = document.createElement("p");
  for (const selector of [".section", ".source-name"]) {
    const name = QA.find(excerpt, selector)?.textContent;
    if (!name) continue;
    const isolated = document.createElement("bdi");
    isolated.textContent = name;
    line.append(line.childNodes.length ? " · " : "", isolated);
  }
  return line;
}

/**
 * @param {HTMLElement} box
 * @param {DOMRect} at
 */
function position(box, at) {
  const { width, height } = box.getBoundingClientRect();
  const start = document.documentElement.dir === "rtl" ? at.right - width : at.left;
  const hasRoomAbove = at.top > height + 12;
  box.style.left = `${Math.max(MARGIN, Math.min(start, innerWidth - width - MARGIN))}px`;
  box.style.top = `${hasRoomAbove ? at.top - height - MARGIN : at.bottom + MARGIN}px`;
}

function hide() {
  clearTimeout(leaving);
  shown?.box.remove();
  shown?.cite.removeAttribute("aria-describedby");
  shown = null;
}

document.addEventListener("mouseover", (event) => {
  const cite = QA.closest(event, "#chat .cite");
  if (cite) show(cite);
  else if (QA.closest(event, "#excerpt-tip")) clearTimeout(leaving);
  else if (shown) leaving = setTimeout(hide, LINGER);
});
document.addEventListener("focusin", (event) => {
  const cite = QA.closest(event, "#chat .cite");
  if (!cite) hide();
  else if (cite.matches(":focus-visible")) show(cite);
});
document.addEventListener(
  "scroll",
  (event) => {
    if (!QA.closest(event, "#excerpt-tip")) hide();
  },
  true,
);
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && !QA.isComposing(event) && !QA.find(document, "dialog[open]")) hide();
  },
  true,
);

QA.register("tooltip", { hide });
