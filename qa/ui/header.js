// @ts-check
// The header: the menu, what is indexed, the way to the sources on a phone, and a notice while the server cannot be
// reached. Value: Overview. Triggers "language" once another language is chosen.

const overview = () => /** @type {Overview} */ (props.value);
const menu = QA.get(element, "#menu");
const menuButton = QA.get(element, "#menu-open");
let stuck = ""; // why conversations are not kept
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
  fillSelect("#language", QA.words.languages(), QA.state.language);
  fillSelect(
    "#theme",
    THEMES.map((theme) => [theme, say(`theme.${theme}`)]),
    QA.state.theme,
  );
  QA.page.show(QA.state.view);
  setUnheard(QA.state.unheard);
  countRatings();
  setStuck(stuck);
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

// The menu. While it is closed it is out of the way of the pointer, of Tab and of screen readers. It is not inert, so that
// a program can set the language and the theme without opening it.

const isOpen = () => menuButton.getAttribute("aria-expanded") === "true";

/** @param {boolean} open */
function setMenu(open) {
  if (!open && menu.contains(document.activeElement)) menuButton.focus();
  menu.setAttribute("aria-hidden", String(!open));
  for (const control of QA.findAll(menu, "button, select")) control.tabIndex = open ? 0 : -1;
  menuButton.setAttribute("aria-expanded", String(open));
  if (!open) QA.arming.disarm();
}

document.addEventListener("pointerdown", (event) => {
  if (isOpen() && !QA.closest(event, "#menu") && !QA.closest(event, "#menu-open")) setMenu(false);
});
element.addEventListener("focusout", ({ relatedTarget }) => {
  if (isOpen() && relatedTarget instanceof Node && !element.contains(relatedTarget)) setMenu(false);
});
element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen() || QA.isComposing(event)) return;
  event.preventDefault();
  setMenu(false);
  menuButton.focus();
});

/** Say on the buttons that lead to the conversations why these are not kept; "" if they are. @type {Offered["header"]["setStuck"]} */
function setStuck(reason) {
  stuck = reason;
  const told = reason && `${QA.words.say("history.title")}: ${reason}`;
  for (const button of [menuButton, QA.get(element, "#history-open")]) {
    button.classList.toggle("stuck", reason !== "");
    const label = [button === menuButton && QA.words.say("header.menu"), told].filter(Boolean).join(" · ");
    for (const name of ["title", "aria-label"]) {
      if (label) button.setAttribute(name, label);
      else button.removeAttribute(name);
    }
  }
}

// What was said of the answers

/** Say how many answers were rated, and offer to save and to delete that. @type {Offered["header"]["countRatings"]} */
function countRatings() {
  const count = QA.ratings.all().length;
  const known = QA.ratings.asSet().length;
  QA.get(element, ".rated").hidden = !count;
  QA.get(element, ".rated .told").textContent = QA.words.say("rate.kept", { count });
  QA.get(element, ".save-rated").hidden = !known;
}

/** @param {HTMLElement} button */
function clearRatings(button) {
  if (!QA.arming.isSure(button)) return;
  QA.ratings.clear();
  QA.rating.draw();
  countRatings();
  setMenu(false);
  menuButton.focus();
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
  const button = QA.closest(event, "button");
  if (!button) return;
  if (button === menuButton) setMenu(!isOpen());
  if (button.matches(".clear-rated")) return clearRatings(button);
  if (menu.contains(button)) setMenu(false); // before a dialog opens: it gives the focus back to the menu's button
  if (button.matches(".keys")) QA.shortcuts?.show();
  if (button.matches(".skip")) QA.page.focusQuestion();
  if (button.matches(".save-rated")) {
    QA.files.save("rated-questions.jsonl", "application/x-ndjson", QA.ratings.asSet().join(""));
  }
  if (button.matches(".view")) QA.page.show(QA.state.view === "source" ? "chat" : "source");
});

QA.get(element, ".sign-out").hidden = !QA.session.signedIn;
QA.register("header", { indexState, setUnheard, setStuck, countRatings, sayWhichAreAsked });
QA.words.onChange(draw);
watch("value", draw);
draw();
setMenu(false);
