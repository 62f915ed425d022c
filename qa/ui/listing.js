// value: {at, generation, busy, rows: [{name, id, length, indexed, state, job, kind, new_name, done, total, left, sentence}]},
// as listing.py says. Triggers "act" {do, name | job, to} and "choose" {left_out: [name]}.
// Newer values come by QA.texts (progress.js). Rows are kept from one drawing to the next: a report of progress
// takes no focus and ends no edit.
const list = element.querySelector(".listing");
const from = element.querySelector(".from");
const rows = new Map();
const leftOut = (QA.leftOut ||= new Set()); // outlives the list, which goes when the panel is closed
let value = QA.texts || props.value;
const renames = new Map(); // name -> the new one, of those that may still come
let sought = null; // {name, to} of the rename asked for here: its row gets the focus once it is there
let confirming; // the timer after which a removal is no longer asked about

const keyOf = (row) => (row.indexed ? "text " + row.name : "job " + row.job);
const send = (what, row, more = {}) => trigger("act", { do: what, name: row.name, job: row.job, ...more });
const choose = () => trigger("choose", { left_out: [...leftOut] });

function make(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function newRow() {
  const item = document.createElement("li");
  const label = make("label", "which", item);
  const ask = make("input", "ask", label);
  ask.type = "checkbox";
  const own = { item, ask, name: make("bdi", "name", label), edit: make("input", "new-name", item) };
  own.edit.hidden = true;
  own.length = make("span", "length", item);
  own.state = make("span", "state", item);
  own.bar = make("progress", "bar", item);
  const acts = make("span", "acts", item);
  for (const name of ["read", "rename", "remove", "cancel", "dismiss"]) {
    own[name] = make("button", name, acts);
    own[name].type = "button";
  }
  ask.addEventListener("change", () => {
    if (ask.checked) leftOut.delete(own.row.name);
    else leftOut.add(own.row.name);
    choose();
    tell();
  });
  own.read.addEventListener("click", () => QA.pane.read(own.row.id));
  own.rename.addEventListener("click", () => startEdit(own));
  own.remove.addEventListener("click", () => remove(own));
  own.remove.addEventListener("blur", () => unsure(own));
  own.cancel.addEventListener("click", () => {
    forget(own.row.name);
    send("cancel", own.row);
  });
  own.dismiss.addEventListener("click", () => send("dismiss", own.row));
  own.edit.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter confirms a conversion
    if (event.key === "Enter" || event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      endEdit(own, event.key === "Enter");
    }
  });
  own.edit.addEventListener("blur", () => endEdit(own, false));
  return own;
}

function startEdit(own) {
  own.edit.value = own.row.name;
  own.edit.hidden = false;
  own.item.classList.add("editing");
  own.edit.select();
  own.edit.focus();
}

function endEdit(own, keep) {
  if (own.edit.hidden) return;
  const to = own.edit.value.trim();
  const had = document.activeElement === own.edit;
  own.edit.hidden = true;
  own.item.classList.remove("editing");
  if (had) own.rename.focus();
  if (!keep || !to || to === own.row.name) return;
  sought = { name: own.row.name };
  renames.set(own.row.name, to); // as typed, until its row says how it will be called
  send("rename", own.row, { to });
}

function forget(name) {
  renames.delete(name);
  if (sought?.name === name) sought = null;
}

// A text that was renamed stays left out; the mark of one that is gone goes: a new text of that name is asked.
function settle() {
  const texts = value.rows.filter((row) => row.indexed);
  if (!texts.length) return; // no index can be read just now, which says nothing of its texts
  const names = new Set(texts.map((row) => row.name));
  const before = [...leftOut].join("\n");
  for (const row of texts) {
    if (row.kind !== "rename") continue;
    if (row.state === "failed") forget(row.name);
    else renames.set(row.name, row.new_name);
  }
  for (const [name, to] of renames) {
    if (names.has(name)) continue;
    if (names.has(to) && leftOut.has(name)) leftOut.add(to);
    if (sought?.name === name) sought.to = to;
    renames.delete(name);
  }
  for (const name of leftOut) if (!names.has(name)) leftOut.delete(name);
  if ([...leftOut].join("\n") !== before) choose();
}

// The first click asks, the second within five seconds does it.
function remove(own) {
  if (own.remove.classList.contains("sure")) {
    unsure(own);
    send("remove", own.row);
    return;
  }
  own.remove.classList.add("sure");
  clearTimeout(confirming);
  confirming = setTimeout(() => unsure(own), 5000);
  caption(own);
}

function unsure(own) {
  own.remove.classList.remove("sure");
  caption(own);
}

function caption(own) {
  const sure = own.remove.classList.contains("sure");
  const words = {
    read: QA.say("sources.read"),
    rename: QA.say("sources.rename"),
    remove: QA.say(sure ? "sources.remove.sure" : "sources.remove"),
    cancel: QA.say("sources.cancel"),
    dismiss: QA.say("sources.dismiss"),
  };
  for (const [name, word] of Object.entries(words)) {
    put(own[name], word);
    own[name].setAttribute("aria-label", QA.say("sources.act", { act: word, name: own.row.name }));
  }
}

function put(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

function putState(part, row) {
  const pieces = row.state === "failed" ? row.sentence : [[stateOf(row), false]];
  if (part.textContent !== pieces.map(([text]) => text).join("")) QA.putSentence(part, pieces);
}

function stateOf(row) {
  if (row.state === "ready") return QA.say("sources.ready");
  const change = {
    rename: () => QA.say("sources.renaming", { name: row.new_name }),
    remove: () => QA.say("sources.removing"),
    add: () => (row.indexed ? QA.say("sources.replacing") : ""),
    build: () => QA.say("sources.alone"),
    repair: () => QA.say("index.repairing"),
  }[row.kind]();
  const work = row.total ? QA.say("build.progress", { done: row.done, total: row.total }) : QA.say("build.begin");
  const how = row.state === "waiting" ? QA.say("sources.waiting") : work;
  return [change, how, QA.timeLeft(row.left)].filter(Boolean).join(" · ");
}

function fill(own, row) {
  own.row = row;
  const failed = row.state === "failed";
  const free = row.indexed && (row.state === "ready" || failed);
  own.item.className = [row.state, own.edit.hidden ? "" : "editing"].join(" ").trim();
  own.ask.hidden = !row.indexed;
  own.ask.checked = !leftOut.has(row.name);
  own.ask.setAttribute("aria-label", QA.say("sources.ask", { name: row.name }));
  own.edit.setAttribute("aria-label", QA.say("sources.act", { act: QA.say("sources.rename"), name: row.name }));
  put(own.name, row.name);
  put(own.length, row.length ? QA.say("sources.listed", { count: row.length }) : "");
  putState(own.state, row);
  if (failed) own.state.setAttribute("role", "alert");
  else own.state.removeAttribute("role");
  own.bar.hidden = row.state !== "embedding";
  if (row.total) Object.assign(own.bar, { max: row.total, value: row.done });
  else own.bar.removeAttribute("value");
  own.bar.setAttribute("aria-label", QA.say("sources.act", { act: QA.say("build.begin"), name: row.name }));
  own.read.hidden = !row.id;
  own.rename.hidden = own.remove.hidden = !free;
  // Under way, only what embeds looks whether it was called off; preparing a long text takes a while too.
  const stops = ["add", "build"].includes(row.kind);
  own.cancel.hidden = !(row.state === "waiting" || (row.state === "embedding" && stops));
  own.dismiss.hidden = !failed;
  caption(own);
}

// From which texts the answers come.
function tell() {
  const texts = value.rows.filter((row) => row.indexed);
  const count = texts.filter((row) => !leftOut.has(row.name)).length;
  const which = texts.length
    ? QA.say(texts.length > 1 ? "sources.from.some" : "sources.from", { count, total: texts.length, generation: value.generation })
    : QA.say("header.none");
  put(from, value.busy && texts.length ? which + " " + QA.say("sources.from.until") : which);
}

function draw() {
  const active = document.activeElement;
  const here = element.contains(active);
  settle();
  const wanted = value.rows.map((row) => [keyOf(row), row]);
  const keys = new Set(wanted.map(([key]) => key));
  for (const [key, own] of rows) {
    if (keys.has(key)) continue;
    own.item.remove();
    rows.delete(key);
  }
  wanted.forEach(([key, row], at) => {
    if (!rows.has(key)) rows.set(key, newRow());
    const own = rows.get(key);
    fill(own, row);
    if (list.children[at] !== own.item) list.insertBefore(own.item, list.children[at] || null);
  });
  tell();
  refocus(active, here);
}

// A row that went takes no focus with it, and one that came takes none from elsewhere.
function refocus(active, here) {
  const found = sought?.to && rows.get("text " + sought.to);
  if (sought?.to) sought = null;
  if (found && (here || active === document.body) && !active.matches(".new-name")) found.rename.focus();
  else if (here && (!active.isConnected || active.hidden)) from.focus();
}

QA.drawTexts = () => {
  value = QA.texts;
  draw();
};
QA.onLanguage(draw);
watch("value", () => {
  if (props.value.at < QA.texts?.at) return; // a later look was drawn while this was on its way
  value = props.value;
  draw();
});
draw();
