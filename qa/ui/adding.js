// @ts-check
// The form that adds texts: files, a pasted text, a web address, the sample. Value: Form. Triggers "give".
// While there is no text it is all of the page; later it is folded at the top of the list.

/** @type {["paste", "fetch"]} */
const WAYS = ["paste", "fetch"];
const form = QA.get(element, ".form");
const opener = QA.get(element, ".new");
const offline = QA.get(element, ".offline");
const text = QA.get(element, "#text-body textarea", HTMLTextAreaElement);
const name = QA.get(element, "#text-name input", HTMLInputElement);
const url = QA.get(element, "#text-url input", HTMLInputElement);

let target = ""; // the name of the text that the next file replaces

const value = () => /** @type {Form} */ (props.value);
const isStart = () => document.documentElement.hasAttribute("data-start");

function draw() {
  QA.words.label(element);
  name.placeholder = QA.words.say("sources.name.placeholder");
  text.placeholder = QA.words.say("sources.text.placeholder");
  url.placeholder = "https://";
  QA.get(element, ".sample").hidden = !value().sample || !isStart();
  show(!form.hidden || isStart());
}

/** Unfold the form, or fold it. @param {boolean} isOpen */
function show(isOpen) {
  form.hidden = !isOpen;
  opener.setAttribute("aria-expanded", String(isOpen));
}

/** Show the fields of one way, or of none. @param {string} [way] */
function take(way) {
  for (const own of WAYS) {
    const isIt = own === way;
    const button = QA.get(element, `[data-way=${own}]`);
    const isOff = own === "fetch" && !value().urls;
    QA.get(element, `form.${own}`).hidden = !isIt || isOff;
    if (own === "fetch") offline.hidden = !isIt || !isOff;
    button.setAttribute("aria-expanded", String(isIt));
  }
}

/** @param {HTMLElement} button */
function toggle(button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  take(isOpen ? undefined : button.dataset.way);
  QA.find(element, `form.${button.dataset.way}:not([hidden]) :is(textarea, input)`)?.focus();
}

/** Let the visitor choose files; one chosen for a text takes its place. @param {string} [instead] */
function choose(instead = "") {
  target = instead;
  const box = QA.drop.box();
  if (!box) return;
  box.multiple = !instead;
  box.addEventListener("cancel", () => (target = ""), { once: true });
  box.click();
}

/** Return what the files that are being sent replace, "" for nothing. */
function takeTarget() {
  const taken = target;
  target = "";
  return taken;
}

/** @param {PageEvents["give"]} what */
function send(what) {
  setBusy(true);
  trigger("give", what);
}

/** @param {boolean} isBusy */
function setBusy(isBusy) {
  form.toggleAttribute("data-busy", isBusy);
  for (const button of QA.findAll(form, "form button, .sample")) button.toggleAttribute("disabled", isBusy);
}

// Clear the fields once the server has what they held; after an error they keep it.
function settle() {
  setBusy(false);
  if (value().accepted) {
    for (const field of [text, name, url]) field.value = "";
    take();
    const hadFocus = element.contains(document.activeElement);
    show(isStart());
    if (hadFocus && !isStart()) opener.focus();
  }
  draw();
}

element.addEventListener("click", (event) => {
  const way = QA.closest(event, ".way");
  if (way) toggle(way);
  if (QA.closest(event, ".choose")) choose();
  if (QA.closest(event, ".sample")) send({ do: "sample" });
  if (QA.closest(event, ".new")) show(Boolean(form.hidden));
  if (QA.closest(event, ".close")) QA.panel.close();
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  if (QA.closest(event, "form.paste")) send({ do: "paste", name: name.value, text: text.value });
  else send({ do: "fetch", url: url.value });
});

QA.register("adding", { choose, takeTarget, draw, show });
QA.words.onChange(draw);
watch("value", settle);
draw();
