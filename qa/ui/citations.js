// @ts-check
// The way from an [n] in the chat to its sentence in the source, and back.
//
// Gradio's sanitiser leaves only class names on our messages. A citation therefore carries its number, place and source
// as classes (c-2 at-120-164 s-…, see messages.py).

/** @type {{control: HTMLElement, classes: string} | null} The control that led to the source: Escape goes back to it. */
let cameFrom = null;

/** Return the class with this prefix, or "". @type {Offered["citations"]["classOf"]} */
const classOf = (element, prefix) => [...element.classList].find((name) => name.startsWith(prefix)) ?? "";

/** @param {Element} element @returns {Place[]} the element's place, or nothing */
function placeOf(element) {
  const id = classOf(element, "s-");
  const [, start, end] = classOf(element, "at-").split("-");
  return id && end ? [{ id, start: Number(start), end: Number(end) }] : [];
}

/** @type {Offered["citations"]["messageOf"]} */
function messageOf(element) {
  const found = element.closest(".bot, .message");
  return found instanceof HTMLElement ? found : document.getElementById("chat");
}

/** @type {Offered["citations"]["excerptOf"]} */
function excerptOf(cite) {
  const message = messageOf(cite);
  return message && QA.find(message, `.excerpt.${classOf(cite, "c-")}`);
}

/** Go to the sentence that a control stands for. @param {HTMLElement} control */
async function follow(control) {
  const [place] = placeOf(control);
  if (!place || !QA.source) return;
  QA.tooltip.hide();
  cameFrom = { control, classes: control.className };
  QA.find(document, "#sources > button.open")?.click(); // the panel of texts would cover the source
  QA.page.show("source");
  await QA.source.goTo(place);
}

/** Go back to the control that led to the source, or to the one drawn in its place. */
function back() {
  QA.page.show("chat");
  QA.source?.leave();
  const same = QA.findAll(document, "#chat button").filter((one) => one.className === cameFrom?.classes);
  const control = cameFrom?.control.isConnected ? cameFrom.control : same.at(-1);
  if (control) reveal(control);
  (control ?? QA.page.home())?.focus();
  cameFrom = null;
}

/** Unfold what a control is folded in. @type {Offered["citations"]["reveal"]} */
function reveal(control) {
  const folded = control.closest("details");
  if (folded) folded.open = true;
}

/** Return the citations of the newest answer, in all its parts, unless an abstention or another text came after it. */
function newest() {
  const answer = QA.findAll(document, "#chat .answer").at(-1);
  if (!answer) return [];
  const isLater = (/** @type {Element} */ other) =>
    answer.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (QA.findAll(document, "#chat .abstained, #chat .switched").some(isLater)) return [];
  return QA.findAll(messageOf(answer) ?? answer, ".cite"); // a written reply stands beside it
}

/** Mark the sentences in the source that the newest answer cites. */
function markNewest() {
  const cited = newest().flatMap((cite) => placeOf(cite).map((place) => ({ ...place, label: cite.textContent ?? "" })));
  QA.source?.mark(cited);
}

/** Bring the sentence that the newest answer rests on into sight, if the source stands beside the chat. */
function showNewest() {
  const [first] = newest().flatMap(placeOf);
  if (first && QA.page.isWide()) QA.source?.follow(first);
}

/** Light up the [n] of a sentence of the source, and go there. @param {Place} place */
function light({ id, start, end }) {
  const overlaps = (/** @type {Place} */ other) => other.id === id && other.start < end && start < other.end;
  const cites = newest().filter((cite) => placeOf(cite).some(overlaps));
  const [first] = cites;
  if (!first) return;
  for (const cite of QA.findAll(document, "#chat .lit")) cite.classList.remove("lit");
  for (const cite of cites) cite.classList.add("lit");
  QA.page.show("chat");
  reveal(first);
  first.focus({ preventScroll: true });
  first.scrollIntoView({ block: "center", behavior: QA.page.isCalm() ? "instant" : "smooth" });
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || QA.isComposing(event) || QA.find(document, "dialog[open]")) return;
    if (QA.closest(event, "#source :is(.find, .outline.open)")) return; // it closes these first
    if (cameFrom && (event.target === document.body || QA.closest(event, "#source, #chat"))) back();
  },
  true,
);

QA.register("citations", { follow, back, markNewest, showNewest, light, reveal, classOf, excerptOf, messageOf });
