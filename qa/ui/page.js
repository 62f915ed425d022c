// @ts-check
// The page as a whole: theme, the two views of a narrow window, the focus, and that Gradio leaves them alone.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const strong = matchMedia("(prefers-contrast: more)");
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
  for (const button of QA.findAll(document, "#header .view")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

const question = () => QA.find(document, "#question textarea", HTMLTextAreaElement);
const isWide = () => matchMedia("(min-width: 900px)").matches;
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

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
// Gradio may run this script after the document has been read.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", hold);
else hold();

QA.register("page", { setTheme, setSingleKeys, show, question, focusQuestion, isWide, isCalm, ready });
