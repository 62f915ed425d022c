// @ts-check
// The page as a whole: theme, the two views of a narrow window, the focus, and that Gradio leaves them alone.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const strong = matchMedia("(prefers-contrast: more)");
const wide = matchMedia("(min-width: 900px)");
/** @type {Theme[]} */
const THEMES = ["system", "light", "dark", "contrast"];

/** @param {Theme} theme */
function setTheme(theme) {
  QA.state.theme = theme;
  QA.session.save("theme", theme);
  paint();
}

// High contrast is light or dark as the system is. A system that asks for contrast gets it in every theme.
function paint() {
  const { theme } = QA.state;
  const isDark = theme === "dark" || (theme !== "light" && dark.matches);
  root.dataset.theme = isDark ? "dark" : "light";
  root.dataset.contrast = theme === "contrast" || strong.matches ? "more" : "usual";
  document.body?.classList.toggle("dark", isDark); // Gradio's own components go by this class
}

/** Switch the keys of one character on or off; see shortcuts.js. @param {boolean} on */
function setSingleKeys(on) {
  QA.state.singleKeys = on;
  QA.session.save("keys", on ? "on" : "off");
}

/** Bring a pane into sight: below 900 px there is room for one. @param {View} view */
function show(view) {
  QA.state.view = view;
  root.dataset.view = view;
  QA.find(document, "#header .view")?.setAttribute("aria-expanded", String(view === "source"));
  cover();
}

/** In a narrow window the source is a dialog over the chat, which is out of reach meanwhile. */
function cover() {
  const isCovered = QA.state.view === "source" && !isWide();
  const [talk, reading] = ["talk", "reading"].map((id) => document.getElementById(id));
  if (talk) talk.inert = isCovered;
  const named = { role: "dialog", "aria-modal": "true", "aria-label": QA.words.say("source.label") };
  for (const [name, value] of Object.entries(named)) {
    if (isCovered) reading?.setAttribute(name, value);
    else reading?.removeAttribute(name);
  }
}

const question = () => QA.find(document, "#question textarea", HTMLTextAreaElement);
const isWide = () => wide.matches;
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const home = () => (isWide() ? question() : QA.find(document, "#header .view"));

function focusQuestion() {
  show("chat");
  question()?.focus();
}

/** Go on after the first reply, which puts everything into the visitor's language. */
function ready() {
  root.dataset.ready = "yes";
  QA.session.restoreDraft();
  if (isWide()) question()?.focus(); // on a phone the keyboard would cover the welcome
}

// Gradio sets the language and its dark class by the browser when it starts: set ours again.
function hold() {
  QA.words.apply();
  paint();
  const kinds = { attributes: true, attributeFilter: ["class", "lang", "dir"] };
  new MutationObserver(() => {
    if (document.body.classList.contains("dark") !== (root.dataset.theme === "dark")) paint();
    if (!QA.words.areApplied()) QA.words.apply();
  }).observe(root, kinds);
  new MutationObserver(paint).observe(document.body, kinds);
}

QA.state.theme = THEMES.find((theme) => theme === QA.session.load("theme")) ?? "system";
QA.state.singleKeys = QA.session.load("keys") !== "off";
paint();
show("chat");
dark.addEventListener("change", paint);
strong.addEventListener("change", paint);
wide.addEventListener("change", cover);
// Gradio may run this script after the document has been read.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", hold);
else hold();

QA.register("page", { setTheme, setSingleKeys, show, question, home, focusQuestion, isWide, isCalm, ready });
