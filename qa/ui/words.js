// @ts-check
// The interface's sentences in the visitor's language, read from the languages that page.py writes into the head.
// Sentences, numbers and plural forms come out as catalogue.py makes them.

/** @type {Record<string, Record<Word, string | Record<string, string>>>} */
const catalogue = JSON.parse(document.getElementById("qa-words")?.textContent ?? "{}");
const known = Object.keys(catalogue);
/** @type {(() => void)[]} */
const listeners = [];
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * Return the sentence of a key, with its placeholders filled in.
 * @type {Offered["words"]["say"]}
 */
function say(key, values = {}) {
  const own = catalogue[QA.state.language]?.[key] ?? "";
  const sentence = typeof own === "string" ? own : pluralForm(own, Number(values.count));
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`{${name}}`, () => shown(value)),
    sentence,
  );
}

/**
 * @param {Record<string, string>} forms
 * @param {number} count
 */
function pluralForm(forms, count) {
  return forms[new Intl.PluralRules(QA.state.language).select(count)] ?? forms.other ?? "";
}

/** @param {string | number} value */
const shown = (value) => (typeof value === "number" ? number(value) : isolated(value));

/** Keep a value that may run the other way from reordering its sentence. @param {string} text */
function isolated(text) {
  return say("direction") === "rtl" || RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Write a number with European digits, as in [n] and in offsets. @param {number} value */
const number = (value) => new Intl.NumberFormat(QA.state.language, { numberingSystem: "latn" }).format(value);

/** Return the direction of a text's first letter. @param {string} text */
const directionOf = (text) => (RIGHT_TO_LEFT.test(text.match(/\p{L}/u)?.[0] ?? "") ? "rtl" : "ltr");

/** @param {{name: string}[]} sources */
function names(sources) {
  const first = sources[0]?.name ?? "";
  return sources.length < 2 ? first : say("header.more", { first, count: sources.length - 1 });
}

/** Return how long a job will take, or "" if that is not known yet. @param {number | null | undefined} seconds */
function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 100) return say("build.left.seconds", { count: Math.ceil(seconds) });
  return say("build.left.minutes", { count: Math.ceil(seconds / 60) });
}

/** Fill in data-word, an element's text, and data-label, the name of one that shows a sign. @param {ParentNode} root */
function label(root) {
  for (const part of QA.findAll(root, "[data-word]")) part.textContent = say(/** @type {Word} */ (part.dataset.word));
  for (const part of QA.findAll(root, "[data-label]")) {
    part.title = say(/** @type {Word} */ (part.dataset.label));
    part.setAttribute("aria-label", part.title);
  }
}

/**
 * Put a sentence into an element. Code, such as a command, runs from left to right in every language.
 * @type {Offered["words"]["putSentence"]}
 */
function putSentence(element, pieces) {
  element.replaceChildren(...pieces.map(([text, isCode]) => (isCode ? codeElement(text) : text)));
}

/** @param {string} text */
function codeElement(text) {
  const code = document.createElement("code");
  code.dir = "ltr";
  code.textContent = text;
  return code;
}

/** @param {string} tag */
function choose(tag) {
  QA.state.language = tag;
  QA.session.save("language", tag);
  apply();
  for (const listener of listeners) listener();
}

function apply() {
  document.documentElement.lang = QA.state.language;
  document.documentElement.dir = say("direction");
}

function areApplied() {
  return document.documentElement.lang === QA.state.language && document.documentElement.dir === say("direction");
}

/** Return the first tag that there are sentences for, by its language if need be: zh-CN finds zh-Hans. @param {string[]} tags */
function pick(tags) {
  const language = (/** @type {string} */ tag) => tag.split("-")[0];
  const find = (/** @type {string} */ tag) =>
    known.find((own) => own === tag) ?? known.find((own) => language(own) === language(tag));
  return tags.map(find).find(Boolean) ?? "en";
}

const chosen = QA.session.load("language");
QA.state.language = pick(chosen ? [chosen, ...navigator.languages] : [...navigator.languages]);
apply();

QA.register("words", {
  say,
  languages: () => Object.entries(catalogue).map(([tag, own]) => [tag, String(own.name)]),
  choose,
  onChange: (listener) => void listeners.push(listener),
  label,
  putSentence,
  number,
  names,
  timeLeft,
  directionOf,
  apply,
  areApplied,
});
