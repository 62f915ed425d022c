// @ts-check
// The header: what is indexed, the switches, and a notice while the server cannot be reached.
// Value: Overview. Triggers "language" once another language is chosen.

const overview = () => /** @type {Overview} */ (props.value);
/** @type {Theme[]} */
const THEMES = ["system", "light", "dark", "contrast"];

/**
 * Return what tells one state of the index from another; progress.js compares it with the newest poll.
 * @type {Offered["header"]["indexState"]}
 */
const indexState = ({ generation, questions, sources, left_out }) =>
  [generation, questions, ...sources.map((source) => source.id), "-", ...[...left_out].sort()].join(" ");

function draw() {
  const { say } = QA.words;
  if (overview().sources) QA.state.drawn = indexState(overview());
  sayWhichAreAsked();
  QA.words.label(element);
  QA.get(element, ".views").setAttribute("aria-label", say("tab.views"));
  fillSelect("#language", QA.words.languages(), QA.state.language);
  fillSelect(
    "#theme",
    THEMES.map((theme) => [theme, say(`theme.${theme}`)]),
    QA.state.theme,
  );
  QA.page.show(QA.state.view);
  setUnheard(QA.state.unheard);
}

/** Say which texts are asked, as the boxes of the list do; nothing before it is known what there is. */
function sayWhichAreAsked() {
  const { say } = QA.words;
  const asked = QA.leftOut.asked();
  const none = QA.state.texts?.busy && !QA.leftOut.present().length ? "header.preparing" : "header.none";
  const lacking = say(QA.leftOut.present().length ? "header.unchosen" : none);
  const told = asked.length ? say("header.speaks", { names: QA.words.names(asked) }) : lacking;
  QA.get(element, ".speaks").textContent = QA.state.texts ? told : "";
}

/**
 * @param {string} selector
 * @param {[value: string, name: string][]} choices
 * @param {string} chosen
 */
function fillSelect(selector, choices, chosen) {
  const options = choices.map(([value, name]) => new Option(name, value, false, value === chosen));
  QA.get(element, selector).replaceChildren(...options);
}

/** Show why nothing that is done here arrives, or hide it for "". @type {Offered["header"]["setUnheard"]} */
function setUnheard(reason) {
  const notice = QA.get(element, ".unheard");
  QA.state.unheard = reason;
  notice.hidden = !reason;
  document.documentElement.toggleAttribute("data-unheard", reason !== "");
  QA.get(notice, ".why").textContent = reason && QA.words.say(reason);
  QA.get(notice, "a").hidden = reason !== "signin.over";
}

element.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLSelectElement)) return;
  if (target.id === "theme") QA.page.setTheme(/** @type {Theme} */ (target.value));
  if (target.id === "language") {
    QA.words.choose(target.value);
    trigger("language");
  }
});
element.addEventListener("click", (event) => {
  if (QA.closest(event, ".keys")) QA.shortcuts?.show();
  if (QA.closest(event, ".skip")) QA.page.focusQuestion();
  const view = QA.closest(event, ".view");
  if (view) QA.page.show(/** @type {View} */ (view.dataset.view));
});

QA.get(element, ".sign-out").hidden = !QA.session.signedIn;
QA.register("header", { indexState, setUnheard, sayWhichAreAsked });
QA.words.onChange(draw);
watch("value", draw);
draw();
