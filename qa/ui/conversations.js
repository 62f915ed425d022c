// value: {record, trouble}: the record of the conversation now in the chat (records.py), null before its first
// answer; a sentence. Triggers "open" {record}, "new" and "export" {format, title}.
// The browser keeps {id: {title?, updated, record}} as "conversations" (QA.keptAs), and for this tab the id of the
// open one as "open". Every change reads what is kept first: other tabs change it too.
const KEPT = QA.keptAs("conversations");
const OPEN = QA.keptAs("open");
const dialog = element.querySelector("dialog");
const list = element.querySelector(".kept");
const told = element.querySelector(".told");
let open = ""; // the id of the conversation in the chat, as far as this tab knows
let last = ""; // its record as JSON, as this tab last kept or opened it
let stuck = ""; // why what is in the chat is not kept: the key of a sentence

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) || "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) tell(QA.say("history.refused"));
    return {};
  }
}
function change(how) {
  const kept = read();
  how(kept);
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
    setStuck("");
    return true;
  } catch (error) {
    setStuck(error.name === "QuotaExceededError" ? "history.full" : "history.refused");
    return false;
  }
}
// Told in the drawer until it is over; while that is closed its button says that something is the matter.
function setStuck(key) {
  stuck = key;
  sayStuck();
}
function sayStuck() {
  const key = stuck;
  tell(key && QA.say(key));
  element.querySelector(".stuck-told").textContent = key && QA.say(key);
  const button = document.getElementById("history-open");
  button?.classList.toggle("stuck", Boolean(key));
  for (const name of ["title", "aria-label"]) {
    if (key) button?.setAttribute(name, `${QA.say("history.title")}: ${QA.say(key)}`);
    else button?.removeAttribute(name);
  }
}
function setOpen(id) {
  open = id;
  try {
    if (id) sessionStorage.setItem(OPEN, id);
    else sessionStorage.removeItem(OPEN);
  } catch {
    /* the browser refuses storage: a reload begins anew */
  }
}
function tell(sentence) {
  told.textContent = sentence || (stuck && QA.say(stuck));
  told.hidden = !told.textContent;
}

const questionsOf = ({ record }) => (Array.isArray(record?.entries) ? record.entries.filter((entry) => entry?.kind === "turn") : []);
const titleOf = (one) => String(one.title || questionsOf(one)[0]?.question || "…").replace(/\s+/g, " ").trim();
const newestFirst = (kept) =>
  Object.entries(kept)
    .filter(([, one]) => one && typeof one === "object")
    .sort(([, a], [, b]) => (Number(b.updated) || 0) - (Number(a.updated) || 0));

// What is in the chat is kept as soon as it differs from what was last seen here.
function keep() {
  const { record, trouble } = props.value;
  if (record && record.id === open && last && !read()[open]) {
    begin(); // another tab deleted it while a question was being answered here
    draw();
    return;
  }
  setOpen(record?.id || "");
  if (record && JSON.stringify(record) !== last) store(record);
  draw();
  if (!trouble) return;
  show();
  tell(trouble);
}

// No question is lost: where another tab has asked in the same conversation since this one last saw it, what it
// kept stays in the list under an id of its own.
function store(record) {
  const before = read()[record.id];
  const asked = questionsOf({ record }).map((turn) => turn.asked_at + turn.question);
  const isOthers = before && last && JSON.stringify(before.record) !== last;
  const isMore = isOthers && questionsOf(before).some((turn) => !asked.includes(turn.asked_at + turn.question));
  const done = change((kept) => {
    if (isMore) {
      const id = newId();
      kept[id] = { ...before, record: { ...before.record, id } };
    }
    kept[record.id] = { ...before, updated: Date.now(), record };
  });
  if (done) last = JSON.stringify(record);
}
// As the server's own; randomUUID is missing over plain HTTP from another machine.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function reopen(id) {
  const one = read()[id];
  if (!one) return;
  QA.revise(""); // an edit under way is of an entry that is no longer there
  QA.asking = false;
  tell("");
  last = JSON.stringify(one.record);
  setOpen(id);
  trigger("open", { record: one.record });
}
function begin() {
  QA.revise("");
  QA.asking = false; // what is being answered is given up
  last = "";
  setOpen("");
  tell("");
  trigger("new", {});
}

// Drawing
function draw() {
  if (list.querySelector("input")) return; // a title is being written
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const [id, act] = [focused?.closest("li")?.dataset.id, focused?.dataset.act];
  const kept = newestFirst(read());
  QA.label(element);
  disarm();
  list.setAttribute("aria-label", QA.say("history.list"));
  list.replaceChildren(...kept.map(row));
  element.querySelector(".none").hidden = kept.length > 0;
  element.querySelector(".clear").hidden = !kept.length;
  element.querySelector(".exports").hidden = !open;
  if (focused) (rowOf(id)?.querySelector(`[data-act="${act}"]`) || element.querySelector(".new")).focus();
}
const rowOf = (id) => [...list.children].find((one) => one.dataset.id === id);

function row([id, one]) {
  const item = document.createElement("li");
  const title = titleOf(one);
  item.dataset.id = id;
  const opener = actButton("open", "");
  const name = document.createElement("bdi");
  const facts = document.createElement("span");
  name.textContent = title;
  facts.className = "quiet";
  const when = new Intl.DateTimeFormat(QA.language, { dateStyle: "medium", timeStyle: "short", numberingSystem: "latn" });
  const parts = [when.format(new Date(Number(one.updated) || 0)), QA.say("history.count", { count: questionsOf(one).length })];
  if (id === open) parts.push(QA.say("history.current"));
  facts.textContent = parts.join(" · ");
  opener.append(name, facts);
  if (id === open) opener.setAttribute("aria-current", "true");
  item.append(opener, actButton("rename", QA.say("history.rename"), QA.say("history.rename.of", { title })));
  item.append(actButton("delete", QA.say("history.delete"), QA.say("history.delete.of", { title })));
  return item;
}
function actButton(act, text, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.act = act;
  button.textContent = text;
  if (label) button.setAttribute("aria-label", label);
  return button;
}

// What deletes is pressed twice; anything else in between takes the first back.
let armed = null;
function sure(button, sentence) {
  if (armed?.button === button) {
    armed = null;
    return true;
  }
  disarm();
  armed = { button, text: button.textContent };
  button.textContent = QA.say("history.sure");
  button.classList.add("armed");
  tell(sentence);
  return false;
}
function disarm() {
  if (!armed) return;
  armed.button.textContent = armed.text;
  armed.button.classList.remove("armed");
  armed = null;
  tell("");
}

const acts = {
  open(id) {
    leave();
    if (id !== open) reopen(id);
  },
  rename(id) {
    const item = rowOf(id);
    const input = document.createElement("input");
    input.value = titleOf(read()[id]);
    input.maxLength = 200;
    input.dir = "auto";
    input.setAttribute("aria-label", QA.say("history.name"));
    item.querySelector('[data-act="open"]').replaceWith(input);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      if (event.isComposing || event.keyCode === 229) return; // it ends a conversion, not the writing
      event.preventDefault(); // Escape leaves the drawer open, Enter presses nothing where the focus goes
      done(event.key === "Enter");
    });
    input.addEventListener("blur", () => done(true));
    input.select();
    input.focus();
    let over = false;
    function done(save) {
      if (over) return;
      over = true;
      const back = document.activeElement === input;
      const title = input.value.trim();
      input.remove();
      if (save && title) change((kept) => kept[id] && (kept[id].title = title));
      draw();
      if (back) rowOf(id)?.querySelector('[data-act="rename"]').focus();
    }
  },
  delete(id, button) {
    const at = [...list.children].indexOf(rowOf(id));
    if (!sure(button, QA.say("history.sure.one", { title: titleOf(read()[id]) }))) return;
    if (!change((kept) => delete kept[id])) return;
    if (id === open) begin();
    draw();
    tell(QA.say("history.deleted"));
    (list.children[Math.min(at, list.children.length - 1)]?.querySelector("button") || element.querySelector(".new")).focus();
  },
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (armed && armed.button !== button) disarm();
  if (event.target === dialog) dialog.close(); // beside the drawer
  if (!button) return;
  const id = button.closest("li")?.dataset.id;
  if (id) acts[button.dataset.act](id, button);
  if (button.matches(".close")) dialog.close();
  if (button.dataset.format) trigger("export", { format: button.dataset.format, title: titleOf(read()[open] || props.value) });
  if (button.matches(".new")) {
    leave();
    begin();
  }
  if (button.matches(".clear") && sure(button, QA.say("history.sure.all", { count: list.children.length }))) clear();
});
function clear() {
  if (!change((kept) => Object.keys(kept).forEach((id) => delete kept[id]))) return;
  begin();
  draw();
  tell(QA.say("history.deleted"));
  element.querySelector(".new").focus();
}

function show() {
  if (stuck && props.value.record) store(props.value.record); // there may be room now
  draw();
  if (!dialog.open) dialog.showModal();
}
function leave() {
  dialog.close();
  if (matchMedia("(min-width: 900px)").matches) document.querySelector("#question textarea")?.focus();
}
dialog.addEventListener("close", () => {
  disarm();
  tell("");
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#history-open")) show();
});

// Another tab: what it deleted is not kept open here, what it asked in this conversation is drawn here too.
window.addEventListener("storage", (event) => {
  // A question that was sent just now is known to be on its way a moment later.
  if (event.key === KEPT || event.key === null) setTimeout(follow, 300);
});
function follow() {
  if (QA.asking || document.querySelector("#chat .pending")) {
    setTimeout(follow, 300); // the question that is being answered here is not given up for it
    return;
  }
  if (open) {
    const one = read()[open];
    if (!one && last) begin(); // what was never kept was not deleted either
    else if (one && JSON.stringify(one.record) !== last) reopen(open);
  }
  draw();
}

QA.onLanguage(() => {
  draw();
  sayStuck();
});
watch("value", keep);
tell("");
// Before the first reply there is no record, and what this tab had open is still to be asked for.
if (props.value.record) keep();
else draw();
