// The keys of the page and the list of them. Those of one character do nothing while something is typed, and can be
// switched off altogether: speech input and a hand that slips press them unmeant.
const dialog = element.querySelector("dialog");
const single = element.querySelector(".single");
let latest = null; // the [n] that last had the focus: the next and the previous are counted from it

const does = {
  "/": () => QA.toQuestion(),
  "[": () => step(-1),
  "]": () => step(1),
  "?": () => QA.shortcuts.show(),
};

// Round the citations of the newest answer.
function step(by) {
  const cites = [...([...document.querySelectorAll("#chat .answer")].at(-1)?.querySelectorAll(".cite") ?? [])];
  if (!cites.length) return;
  QA.show("chat");
  const at = cites.indexOf(latest);
  const first = by > 0 ? 0 : -1;
  cites.at(at < 0 ? first : (at + by) % cites.length).focus();
}

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const withOthers = (event) => (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");

function pressed(event) {
  const act = does[event.key];
  if (!act || !QA.singleKeys || event.isComposing || event.defaultPrevented) return;
  if (typing(event.target) || withOthers(event) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
}

function draw() {
  QA.label(element);
  single.checked = QA.singleKeys;
  dialog.classList.toggle("without-single", !QA.singleKeys);
}

single.addEventListener("change", () => {
  QA.setSingleKeys(single.checked);
  draw();
});
element.querySelector(".close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside the list
document.addEventListener("keydown", pressed, true);
document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("#chat .cite")) latest = target;
});
QA.shortcuts = { show: () => dialog.showModal() };
QA.onLanguage(draw);
draw();
