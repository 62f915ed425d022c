// @ts-check
// The buttons below a reply that say whether it is right. ratings.js keeps what is said.

const { say } = QA.words;

/** The reply for whose question a sentence is being picked in the source. @type {HTMLElement | null} */
let picking = null;

/** Return the question of a reply as it was searched for, and what is cited. @param {HTMLElement} box */
function replyOf(box) {
  const message = QA.citations.messageOf(box) ?? box;
  const isBefore = (/** @type {Element} */ one) => one.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_FOLLOWING;
  const asked = QA.findAll(document, "#chat .asked").filter(isBefore).at(-1)?.textContent ?? "";
  const question = (QA.find(message, ".query")?.textContent || asked).trim();
  const excerpt = QA.find(message, ".answer > .excerpt.c-1");
  const cited = excerpt && quotationOf(excerpt);
  const short = excerpt ? (QA.find(message, ".answer > .short")?.textContent ?? "") : "";
  return { id: JSON.stringify([question, cited && [cited.source, cited.quote]]), question, cited, short };
}

/** @param {HTMLElement} excerpt @returns {Quotation | null} */
function quotationOf(excerpt) {
  const cite = QA.find(excerpt, ".cite");
  const [, start, end] = cite ? QA.citations.classOf(cite, "at-").split("-").map(Number) : [];
  const source = QA.find(excerpt, ".source-name")?.textContent ?? "";
  const quote = QA.find(excerpt, ".quote")?.textContent ?? "";
  return start === undefined || end === undefined ? null : { source, start, end, quote };
}

/** Show what has been said of each reply. */
function draw() {
  const kept = QA.ratings.read();
  for (const box of QA.findAll(document, "#chat .rating")) {
    const { id, cited } = replyOf(box);
    box.hidden = !cited && !box.closest(".abstained"); // what it cited is gone
    const rating = kept[id];
    const isWrong = rating?.right === false;
    press(box, ".right", rating?.right === true);
    press(box, ".wrong", isWrong);
    press(box, ".nowhere", isWrong && rating.nowhere);
    press(box, ".pick", isWrong && (rating.picked !== null || picking === box));
    QA.get(box, ".truth").hidden = !isWrong;
    QA.get(box, ".nowhere").hidden = !cited; // an abstention has just said so
    const picked = (isWrong && rating.picked?.quote) || "";
    if (QA.get(box, ".picked").textContent !== picked) QA.get(box, ".picked").textContent = picked;
  }
}

/**
 * @param {HTMLElement} box
 * @param {string} selector
 * @param {boolean} isPressed
 */
function press(box, selector, isPressed) {
  QA.get(box, selector).setAttribute("aria-pressed", String(isPressed));
}

/** Change what is said of a reply. @param {HTMLElement} box @param {Partial<Rating>} change */
function rate(box, change) {
  const { id, ...reply } = replyOf(box);
  const before = QA.ratings.read()[id];
  const unsaid = { nowhere: false, picked: null };
  const isTakenBack = change.right !== undefined && before?.right === change.right;
  const rating = { ...reply, right: false, ...unsaid, ...before, ...change, at: Date.now() };
  tell(QA.ratings.keep(id, isTakenBack ? null : { ...rating, ...(rating.right ? unsaid : {}) }));
  draw();
  QA.header?.countRatings();
}

/** @param {Word | ""} key */
function tell(key) {
  const line = QA.find(document, "#notice .line");
  if (!line) return;
  line.textContent = key && say(key);
  line.hidden = !key;
  line.classList.toggle("trouble", key.startsWith("history."));
}

// A sentence of the source

/** Let the next sentence that is pressed in the source be the answer. @param {HTMLElement} box */
function startPicking(box) {
  picking = box;
  document.documentElement.toggleAttribute("data-picking", true);
  for (const sentence of QA.findAll(document, "#source .sentence:not([tabindex])")) {
    sentence.tabIndex = 0;
    sentence.dataset.pickable = "";
  }
  draw();
  QA.page.show("source");
  tell("rate.picking");
  QA.find(document, "#source .pane")?.focus();
}

function stopPicking() {
  const box = picking;
  picking = null;
  document.documentElement.toggleAttribute("data-picking", false);
  for (const sentence of QA.findAll(document, "#source [data-pickable]")) {
    delete sentence.dataset.pickable;
    if (!sentence.matches(".cited, .current")) sentence.removeAttribute("tabindex");
  }
  tell("");
  QA.page.show("chat");
  draw();
  if (box?.isConnected) QA.get(box, ".pick").focus();
}

/** @param {Event} event */
function pick(event) {
  const sentence = picking && QA.closest(event, "#source .sentence");
  const source = sentence?.closest("article")?.dataset.source;
  if (!picking || !sentence || !source) return;
  event.preventDefault();
  event.stopPropagation();
  const { start, end } = sentence.dataset;
  const picked = { source, start: Number(start), end: Number(end), quote: sentence.textContent ?? "" };
  rate(picking, { nowhere: false, picked });
  stopPicking();
}

document.addEventListener("click", pick, true);
document.addEventListener(
  "keydown",
  (event) => {
    if (!picking || QA.isComposing(event)) return;
    if (event.key === "Enter" || event.key === " ") pick(event);
    if (event.key !== "Escape") return;
    event.stopImmediatePropagation();
    stopPicking();
  },
  true,
);

// The buttons

/** @type {[selector: string, act: (box: HTMLElement) => void][]} */
const actions = [
  [".right", (box) => rate(box, { right: true })],
  [".wrong", (box) => rate(box, { right: false })],
  [".nowhere", (box) => rate(box, { nowhere: true, picked: null })],
  [".pick", (box) => (picking === box ? stopPicking() : startPicking(box))],
];
document.addEventListener("click", (event) => {
  const button = QA.closest(event, "#chat .rating button");
  const box = button?.closest(".rating");
  if (box instanceof HTMLElement) actions.find(([selector]) => button?.matches(selector))?.[1](box);
});
// Another tab shows what is said in this one.
addEventListener("storage", () => {
  draw();
  QA.header?.countRatings();
});

QA.register("rating", { draw });
