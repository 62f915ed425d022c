// value: {generation, passages, questions, sources: [{name, id, length}]}; triggers "language" when another is chosen.
// QA.drawn tells progress.js what the page shows; it is drawn as a whole.
QA.stateOf = ({ generation, questions, sources }) => [generation, questions, ...sources.map((source) => source.id)].join(" ");
function draw() {
  const { generation, passages, sources } = props.value;
  QA.drawn = QA.stateOf(props.value);
  const names = QA.names(sources);
  element.querySelector(".speaks").textContent = sources.length
    ? QA.say("header.speaks", { names })
    : QA.say("header.none");
  element.querySelector(".size").textContent = sources.length
    ? QA.say("header.size", { count: passages, generation })
    : "";
  QA.label(element);
  element.querySelector(".views").setAttribute("aria-label", QA.say("tab.views"));
  fill("#language", QA.languages(), QA.language);
  fill("#theme", ["system", "light", "dark", "contrast"].map((name) => [name, QA.say("theme." + name)]), QA.theme);
  QA.show(QA.view);
  QA.unheard(QA.why || "");
}

function fill(selector, choices, chosen) {
  const select = element.querySelector(selector);
  select.replaceChildren(...choices.map(([value, name]) => new Option(name, value, false, value === chosen)));
}

element.addEventListener("change", (event) => {
  if (event.target.id === "theme") QA.setTheme(event.target.value);
  if (event.target.id === "language") {
    QA.setLanguage(event.target.value);
    trigger("language");
  }
});
element.addEventListener("click", (event) => {
  if (event.target.closest(".keys")) QA.shortcuts.show();
  if (event.target.closest(".skip")) QA.toQuestion();
  const view = event.target.closest(".view");
  if (view) QA.show(view.dataset.view);
});
element.querySelector(".sign-out").hidden = !QA.signedIn;
// Why nothing that is done here arrives: the key of a sentence, "" while everything does.
QA.unheard = (why) => {
  const unheard = element.querySelector(".unheard");
  QA.why = why;
  unheard.hidden = !why;
  document.documentElement.toggleAttribute("data-unheard", !!why);
  unheard.querySelector(".why").textContent = why && QA.say(why);
  unheard.querySelector("a").hidden = why !== "signin.over";
};
QA.onLanguage(draw);
watch("value", draw);
draw();
