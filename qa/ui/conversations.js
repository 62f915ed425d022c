// @ts-check
// The drawer of conversations. records.js keeps them; this draws the list, and keeps what is in the chat.
// Value: {record, trouble}: the record of the open conversation, null before its first answer, and a sentence if it could
// not be opened. Triggers "open" {record}, "new" and "export" {format, title}.

const FOLLOW = 300; // ms: a question that was just sent is known to be on its way by then
const { say } = QA.words;
const { buttonOf, idOf } = QA.drawerRow;
const dialog = QA.get(element, "dialog", HTMLDialogElement);
const list = QA.get(element, ".kept");
const notice = QA.get(element, ".told");
const newButton = QA.get(element, ".new");

let open = ""; // the id of the conversation in the chat, as far as this tab knows
let last = ""; // its record as JSON, as this tab last kept or opened it
/** @type {"" | "history.full" | "history.refused"} Why what is in the chat is not kept. */
let stuck = "";

const value = () => /** @type {{record: ConversationRecord | null, trouble: string}} */ (props.value);

function read() {
  const kept = QA.records.read();
  if (!kept) tell(say("history.refused"));
  return kept ?? {};
}

/** Edit what is kept. Return whether the browser kept it. @param {(kept: KeptConversations) => void} edit */
function change(edit) {
  stuck = QA.records.change(edit);
  drawStuck();
  return !stuck;
}

// The drawer says what is the matter until it is over; while it is closed, its button does.
function drawStuck() {
  const reason = stuck && say(stuck);
  tell(reason);
  QA.get(element, ".stuck-told").textContent = reason;
  QA.header?.setStuck(reason);
}

/** @param {string} sentence */
function tell(sentence) {
  notice.textContent = sentence || (stuck && say(stuck));
  notice.hidden = !notice.textContent;
}

/** @param {string} id */
function setOpen(id) {
  open = id;
  QA.records.setOpen(id);
}

// Keeping what is in the chat

function keep() {
  const { record, trouble } = value();
  if (record && record.id === open && last && !read()[open]) {
    begin(); // another tab deleted it while a question was answered here
    draw();
    return;
  }
  setOpen(record?.id ?? "");
  if (record && JSON.stringify(record) !== last) store(record);
  draw();
  if (!trouble) return;
  show();
  tell(trouble);
}

/** @param {ConversationRecord} record */
function store(record) {
  stuck = QA.records.keep(record, last);
  drawStuck();
  if (!stuck) last = JSON.stringify(record);
}

/** @param {string} id */
function reopen(id) {
  const one = read()[id];
  if (!one) return;
  giveUpQuestion();
  tell("");
  last = JSON.stringify(one.record);
  setOpen(id);
  trigger("open", { record: one.record });
}

function begin() {
  giveUpQuestion();
  last = "";
  setOpen("");
  tell("");
  trigger("new", {});
}

// An edit under way belongs to the conversation that is left, and so does an answer on its way.
function giveUpQuestion() {
  QA.chat.revise("");
  QA.state.asking = false;
}

// Drawing

function draw() {
  if (QA.find(list, "input")) return; // a title is being written
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const kept = QA.records.newestFirst(read());
  const restoreFocus = focused instanceof HTMLElement ? focusAgain(focused) : () => {};
  QA.words.label(element);
  disarm();
  list.setAttribute("aria-label", say("history.list"));
  list.replaceChildren(...kept.map(([id, one]) => QA.drawerRow.draw(id, one, id === open)));
  QA.get(element, ".none").hidden = kept.length > 0;
  QA.get(element, ".clear").hidden = !kept.length;
  QA.get(element, ".exports").hidden = !open;
  restoreFocus();
}

/** Return a function that focuses the same button of a new drawing. @param {HTMLElement} button */
function focusAgain(button) {
  const { act } = button.dataset;
  const id = idOf(button);
  return () => (buttonOf(list, id, act) ?? newButton).focus();
}

/** Return whether this is the second press; the first says what will be. @param {HTMLElement} button @param {string} sentence */
function isSure(button, sentence) {
  if (QA.arming.isSure(button)) return true;
  tell(sentence);
  return false;
}

function disarm() {
  if (QA.arming.disarm()) tell("");
}

// What the buttons do

/** @param {string} id */
function rename(id) {
  const opener = buttonOf(list, id, "open");
  if (!opener) return;
  QA.titleEdit.start(opener, QA.records.title(read()[id]), say("history.name"), (title, hadFocus) => {
    if (title) change((kept) => Object.assign(kept[id] ?? {}, { title }));
    draw();
    if (hadFocus) buttonOf(list, id, "rename")?.focus();
  });
}

/**
 * @param {string} id
 * @param {HTMLElement} button
 */
function deleteOne(id, button) {
  const at = QA.findAll(list, "li").findIndex((row) => row.dataset.id === id);
  if (!isSure(button, say("history.sure.one", { title: QA.records.title(read()[id]) }))) return;
  if (!remove([id])) return;
  const rows = QA.findAll(list, "li");
  const next = rows[Math.min(at, rows.length - 1)];
  (next ? QA.get(next, "button") : newButton).focus();
}

/** @param {HTMLElement} button */
function deleteAll(button) {
  if (!isSure(button, say("history.sure.all", { count: list.children.length }))) return;
  if (remove([...Object.keys(read()), open])) newButton.focus(); // also what is open and could not be kept
}

/** Delete conversations. Return whether the browser did. @param {string[]} ids */
function remove(ids) {
  const isDone = change((kept) => {
    for (const id of ids) delete kept[id];
  });
  if (!isDone) return false;
  if (ids.includes(open)) begin();
  draw();
  tell(say("history.deleted"));
  return true;
}

function show() {
  const { record } = value();
  if (stuck && record) store(record); // there may be room now
  draw();
  if (!dialog.open) dialog.showModal();
}

function close() {
  dialog.close();
  if (QA.page.isWide()) QA.page.question()?.focus();
}

element.addEventListener("click", (event) => {
  const button = QA.closest(event, "button");
  if (!button || !QA.arming.isArmed(button)) disarm();
  if (event.target === dialog) dialog.close(); // beside the drawer
  if (!button) return;
  const { act, format } = button.dataset;
  const id = idOf(button);
  if (act === "rename") rename(id);
  if (act === "delete") deleteOne(id, button);
  if (act === "open") {
    close();
    if (id !== open) reopen(id);
  }
  if (format) trigger("export", { format, title: QA.records.title(read()[open] ?? value()) });
  if (button.matches(".close")) dialog.close();
  if (button.matches(".clear")) deleteAll(button);
  if (button === newButton) {
    close();
    begin();
  }
});
dialog.addEventListener("close", () => {
  disarm();
  tell("");
});
document.addEventListener("click", (event) => {
  if (QA.closest(event, "#history-open")) show();
});

// Other tabs: a conversation that one deleted is closed here, a question that one asked in it is drawn here.
window.addEventListener("storage", (event) => {
  if (event.key === QA.records.key || event.key === null) setTimeout(follow, FOLLOW);
});

function follow() {
  if (QA.state.asking || QA.find(document, "#chat .pending")) {
    setTimeout(follow, FOLLOW); // the question that is being answered here goes first
    return;
  }
  if (open) {
    const one = read()[open];
    if (!one && last)
      begin(); // one that was never kept was not deleted either
    else if (one && JSON.stringify(one.record) !== last) reopen(open);
  }
  draw();
}

QA.words.onChange(() => {
  draw();
  drawStuck();
});
watch("value", keep);
tell("");
if (value().record) keep();
else draw(); // before the first reply there is no record, and what this tab had open has yet to be asked for
