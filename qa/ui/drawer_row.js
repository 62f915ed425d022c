// @ts-check
// One conversation in the drawer: its title, its facts and its buttons, whose data-act says what they do.
// conversations.js hears the clicks.

const { say } = QA.words;

/** @type {Offered["drawerRow"]["draw"]} */
function draw(id, one, isOpen) {
  const item = document.createElement("li");
  const title = QA.records.title(one);
  const opener = actButton("open", "");
  const name = document.createElement("bdi");
  const facts = document.createElement("span");
  item.dataset.id = id;
  name.textContent = title;
  facts.className = "quiet";
  facts.textContent = factsOf(one, isOpen);
  opener.append(name, facts);
  if (isOpen) opener.setAttribute("aria-current", "true");
  item.append(opener, actButton("rename", say("history.rename"), say("history.rename.of", { title })));
  item.append(actButton("delete", say("history.delete"), say("history.delete.of", { title })));
  return item;
}

/**
 * @param {KeptConversation} one
 * @param {boolean} isOpen
 */
function factsOf(one, isOpen) {
  const when = new Intl.DateTimeFormat(QA.state.language, {
    dateStyle: "medium",
    timeStyle: "short",
    numberingSystem: "latn",
  });
  const count = QA.records.questions(one).length;
  const facts = [when.format(new Date(Number(one.updated) || 0)), say("history.count", { count })];
  if (isOpen) facts.push(say("history.current"));
  return facts.join(" · ");
}

/**
 * @param {string} act
 * @param {string} text
 * @param {string} [label]
 */
function actButton(act, text, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.act = act;
  button.textContent = text;
  if (label) button.setAttribute("aria-label", label);
  return button;
}

/** Return the id of the row that a button is in, or "". @type {Offered["drawerRow"]["idOf"]} */
const idOf = (button) => button.closest("li")?.dataset.id ?? "";

/** @type {Offered["drawerRow"]["buttonOf"]} */
function buttonOf(list, id, act) {
  const row = QA.findAll(list, "li").find((one) => one.dataset.id === id);
  return row ? QA.find(row, `[data-act="${act}"]`) : null;
}

QA.register("drawerRow", { draw, idOf, buttonOf });
