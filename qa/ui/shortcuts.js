// @ts-check
// The keys of the page, and the dialog that lists them. Keys of one character do nothing while something is typed, and
// can be switched off, because speech input and a slip of the hand press them by mistake. No value.

const dialog = QA.get(element, "dialog", HTMLDialogElement);
const single = QA.get(element, ".single", HTMLInputElement);
/** @type {HTMLElement | null} The [n] that last had the focus: next and previous are counted from it. */
let latest = null;

/** @type {Record<string, () => void>} */
const actions = {
  "/": () => QA.page.focusQuestion(),
  "[": () => step(-1),
  "]": () => step(1),
  "?": () => dialog.showModal(),
};

/** Go round the citations of the newest answer. @param {1 | -1} by */
function step(by) {
  const answer = QA.findAll(document, "#chat .answer").at(-1);
  const cites = answer ? QA.findAll(answer, ".cite") : [];
  if (!cites.length) return;
  QA.page.show("chat");
  const at = latest ? cites.indexOf(latest) : -1;
  const first = by > 0 ? 0 : -1;
  const next = cites.at(at < 0 ? first : (at + by) % cites.length);
  if (!next) return;
  QA.citations.reveal(next);
  next.focus();
}

/** @param {KeyboardEvent} event */
function hasModifier(event) {
  return (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
}

/** @param {KeyboardEvent} event */
function press(event) {
  const act = actions[event.key];
  if (!act || !QA.state.singleKeys || event.isComposing || event.defaultPrevented || hasModifier(event)) return;
  if (QA.closest(event, "input, textarea, select, [contenteditable]") || QA.find(document, "dialog[open]")) return;
  event.preventDefault();
  act();
}

function draw() {
  QA.words.label(element);
  single.checked = QA.state.singleKeys;
  dialog.classList.toggle("without-single", !QA.state.singleKeys);
}

single.addEventListener("change", () => {
  QA.page.setSingleKeys(single.checked);
  draw();
});
QA.get(element, ".close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside the list
});
document.addEventListener("keydown", press, true);
document.addEventListener("focusin", (event) => {
  latest = QA.closest(event, "#chat .cite") ?? latest;
});

QA.register("shortcuts", { show: () => dialog.showModal() });
QA.words.onChange(draw);
draw();
