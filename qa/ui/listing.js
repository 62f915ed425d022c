// @ts-check
// The list of texts: one row for each, ready or on its way. Value: Listing; newer ones come with each poll (progress.js).
// Triggers "act" {do, name, job, to} and "choose" {left_out: [name]}. Rows are kept from one drawing to the next, so
// that a report of progress takes no focus and ends no edit.

const SURE = 5000; // ms within which the second click on "remove" counts
/** @type {["read", "rename", "remove", "cancel", "dismiss"]} */
const ACTS = ["read", "rename", "remove", "cancel", "dismiss"];

/**
 * The elements of a row.
 * @typedef {Record<typeof ACTS[number], HTMLButtonElement> & {
 *   row: TextRow, item: HTMLElement, name: HTMLElement, length: HTMLElement, state: HTMLElement,
 *   ask: HTMLInputElement, edit: HTMLInputElement, bar: HTMLProgressElement}} Row
 */

const list = QA.get(element, ".listing");
const from = QA.get(element, ".from");
/** @type {Map<string, Row>} */
const rows = new Map();
/** @type {{name: string, to?: string} | null} The rename asked for here: its row gets the focus once it is drawn. */
let sought = null;
/** @type {number | undefined} */
let confirming;

const listing = () => QA.state.texts ?? /** @type {Listing} */ (props.value);
const keyOf = (/** @type {TextRow} */ row) => (row.indexed ? `text ${row.name}` : `job ${row.job}`);
const choose = () => trigger("choose", { left_out: [...QA.state.leftOut] });

function draw() {
  const active = document.activeElement;
  const isHere = element.contains(active);
  followRenames();
  const wanted = listing().rows;
  const keys = new Set(wanted.map(keyOf));
  for (const [key, own] of rows) {
    if (keys.has(key)) continue;
    own.item.remove();
    rows.delete(key);
  }
  wanted.forEach((row, at) => {
    const own = rows.get(keyOf(row)) ?? newRow(row);
    rows.set(keyOf(row), own);
    fill(own, row);
    if (list.children[at] !== own.item) list.insertBefore(own.item, list.children[at] ?? null);
  });
  sayWhichAreAsked();
  restoreFocus(active, isHere);
}

function followRenames() {
  const { changed, renamed } = QA.leftOut.follow(listing().rows);
  if (sought && renamed.has(sought.name)) sought.to = renamed.get(sought.name);
  const isRefused = (/** @type {TextRow} */ row) => row.state === "failed" && row.kind === "rename";
  if (listing().rows.some((row) => isRefused(row) && row.name === sought?.name)) sought = null;
  if (changed) choose();
}

/**
 * Restore the focus: a row that goes takes it to the line above, and a renamed one gets it only from the list.
 * @param {Element | null} active
 * @param {boolean} isHere
 */
function restoreFocus(active, isHere) {
  const found = sought?.to === undefined ? undefined : rows.get(`text ${sought.to}`);
  if (sought?.to !== undefined) sought = null;
  if (found && (isHere || active === document.body) && !active?.matches(".new-name")) found.rename.focus();
  else if (isHere && active instanceof HTMLElement && (!active.isConnected || active.hidden)) from.focus();
}

// A new row

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {Element} [parent]
 */
function make(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent?.append(made);
  return made;
}

/** @param {TextRow} row @returns {Row} */
function newRow(row) {
  const item = make("li", "");
  const label = make("label", "which", item);
  const ask = make("input", "ask", label);
  ask.type = "checkbox";
  const name = make("bdi", "name", label);
  const edit = make("input", "new-name", item);
  edit.hidden = true;
  const length = make("span", "length", item);
  const state = make("span", "state", item);
  const bar = make("progress", "bar", item);
  const acts = make("span", "acts", item);
  const [read, rename, remove, cancel, dismiss] = ACTS.map((act) => make("button", act, acts));
  const own = /** @type {Row} */ ({
    ...{ row, item, ask, name, edit, length, state, bar },
    ...{ read, rename, remove, cancel, dismiss },
  });
  for (const act of ACTS) own[act].type = "button";
  listen(own);
  return own;
}

/** @param {Row} own */
function listen(own) {
  own.ask.addEventListener("change", () => {
    if (own.ask.checked) QA.state.leftOut.delete(own.row.name);
    else QA.state.leftOut.add(own.row.name);
    choose();
    sayWhichAreAsked();
  });
  own.read.addEventListener("click", () => QA.source?.read(own.row.id));
  own.rename.addEventListener("click", () => startEdit(own));
  own.remove.addEventListener("click", () => remove(own));
  own.remove.addEventListener("blur", () => setSure(own, false));
  own.cancel.addEventListener("click", () => cancel(own));
  own.dismiss.addEventListener("click", () => act("dismiss", own.row));
  own.edit.addEventListener("keydown", (event) => {
    if (QA.isComposing(event)) return;
    if (event.key === "Enter" || event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      endEdit(own, event.key === "Enter");
    }
  });
  own.edit.addEventListener("blur", () => endEdit(own, false));
}

// What the buttons do

/**
 * @param {PageEvents["act"]["do"]} what
 * @param {TextRow} row
 * @param {{to?: string}} [more]
 */
function act(what, row, more = {}) {
  trigger("act", { do: what, name: row.name, job: row.job, ...more });
}

/** @param {Row} own */
function startEdit(own) {
  own.edit.value = own.row.name;
  own.edit.hidden = false;
  own.item.classList.add("editing");
  own.edit.select();
  own.edit.focus();
}

/**
 * @param {Row} own
 * @param {boolean} keep
 */
function endEdit(own, keep) {
  if (own.edit.hidden) return;
  const to = own.edit.value.trim();
  const hadFocus = document.activeElement === own.edit;
  own.edit.hidden = true;
  own.item.classList.remove("editing");
  if (hadFocus) own.rename.focus();
  if (!keep || !to || to === own.row.name) return;
  sought = { name: own.row.name };
  QA.leftOut.rename(own.row.name, to); // as typed, until its row says what it will be called
  act("rename", own.row, { to });
}

/** @param {Row} own */
function cancel(own) {
  QA.leftOut.forget(own.row.name);
  if (sought?.name === own.row.name) sought = null;
  act("cancel", own.row);
}

/** Ask at the first click, remove at the second. @param {Row} own */
function remove(own) {
  if (own.remove.classList.contains("sure")) {
    setSure(own, false);
    act("remove", own.row);
    return;
  }
  clearTimeout(confirming);
  confirming = setTimeout(() => setSure(own, false), SURE);
  setSure(own, true);
}

/**
 * @param {Row} own
 * @param {boolean} isSure
 */
function setSure(own, isSure) {
  own.remove.classList.toggle("sure", isSure);
  caption(own);
}

// Drawing a row

/**
 * @param {Row} own
 * @param {TextRow} row
 */
function fill(own, row) {
  const { say } = QA.words;
  const { name, indexed, state } = row;
  own.row = row;
  own.item.className = [state, own.edit.hidden ? "" : "editing"].join(" ").trim();
  own.ask.hidden = !indexed;
  own.ask.checked = !QA.state.leftOut.has(name);
  own.ask.setAttribute("aria-label", say("sources.ask", { name }));
  own.edit.setAttribute("aria-label", say("sources.act", { act: say("sources.rename"), name }));
  setText(own.name, name);
  setText(own.length, row.length ? say("sources.listed", { count: row.length }) : "");
  putPieces(own.state, describe(row));
  if (state === "failed") own.state.setAttribute("role", "alert");
  else own.state.removeAttribute("role");
  own.bar.hidden = state !== "embedding";
  if (row.total) Object.assign(own.bar, { max: row.total, value: row.done });
  else own.bar.removeAttribute("value");
  own.bar.setAttribute("aria-label", say("sources.act", { act: say("build.begin"), name }));
  offerActs(own, row);
  caption(own);
}

/**
 * @param {Row} own
 * @param {TextRow} row
 */
function offerActs(own, { id, indexed, state, kind }) {
  const isFree = indexed && (state === "ready" || state === "failed");
  // Of the jobs under way, only those that embed can be cancelled.
  const isStoppable = state === "embedding" && (kind === "add" || kind === "build");
  own.read.hidden = !id;
  own.rename.hidden = own.remove.hidden = !isFree;
  own.cancel.hidden = state !== "waiting" && !isStoppable;
  own.dismiss.hidden = state !== "failed";
}

/** @param {Row} own */
function caption(own) {
  const { say } = QA.words;
  const isSure = own.remove.classList.contains("sure");
  const captions = {
    read: say("sources.read"),
    rename: say("sources.rename"),
    remove: say(isSure ? "sources.remove.sure" : "sources.remove"),
    cancel: say("sources.cancel"),
    dismiss: say("sources.dismiss"),
  };
  for (const act of ACTS) {
    setText(own[act], captions[act]);
    own[act].setAttribute("aria-label", say("sources.act", { act: captions[act], name: own.row.name }));
  }
}

// What is the same is left alone: a screen reader would read it out again.
/**
 * @param {HTMLElement} part
 * @param {Piece[]} pieces
 */
function putPieces(part, pieces) {
  if (part.textContent !== pieces.map(([text]) => text).join("")) QA.words.putSentence(part, pieces);
}

/**
 * @param {HTMLElement} part
 * @param {string} text
 */
const setText = (part, text) => putPieces(part, [[text, false]]);

/** @param {TextRow} row @returns {Piece[]} */
function describe(row) {
  if (row.state === "failed") return row.sentence ?? [];
  return [[row.state === "ready" ? QA.words.say("sources.ready") : describeJob(row), false]];
}

/** @param {TextRow} row */
function describeJob(row) {
  const { say, timeLeft } = QA.words;
  const { done = 0, total = 0 } = row;
  const work = total ? say("build.progress", { done, total }) : say("build.begin");
  const progress = row.state === "waiting" ? say("sources.waiting") : work;
  return [describeChange(row), progress, timeLeft(row.left)].filter(Boolean).join(" · ");
}

/** @param {TextRow} row */
function describeChange({ kind, indexed, new_name = "" }) {
  const { say } = QA.words;
  if (kind === "rename") return say("sources.renaming", { name: new_name });
  if (kind === "remove") return say("sources.removing");
  if (kind === "build") return say("sources.alone");
  if (kind === "repair") return say("index.repairing");
  return indexed ? say("sources.replacing") : "";
}

function sayWhichAreAsked() {
  const { say } = QA.words;
  const { busy } = listing();
  const texts = listing().rows.filter((row) => row.indexed);
  const total = texts.length;
  const count = texts.filter((row) => !QA.state.leftOut.has(row.name)).length;
  const asked = say(total > 1 ? "sources.from.some" : "sources.from", { count, total });
  const which = total ? asked : say("header.none");
  setText(from, busy && total ? `${which} ${say("sources.from.until")}` : which);
}

QA.register("listing", { draw });
QA.words.onChange(draw);
watch("value", () => QA.progress?.take(/** @type {Listing} */ (props.value)));
draw();
