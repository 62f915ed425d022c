// @ts-check
// One row of the list of texts: its elements, what it says, its menu. listing.js keeps the rows and hears their events.

const { say } = QA.words;
/** @type {["read", "more", "rename", "replace", "remove", "cancel", "undo", "dismiss"]} */
const BUTTONS = ["read", "more", "rename", "replace", "remove", "cancel", "undo", "dismiss"];

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

/** @type {Offered["row"]["make"]} */
function makeRow(row, events) {
  const item = make("li", "");
  const ask = make("input", "ask", item);
  ask.type = "checkbox";
  const read = make("button", "read", item);
  const name = make("bdi", "name", read);
  const edit = make("input", "new-name", item);
  edit.hidden = true;
  const more = make("button", "more", item);
  const menu = make("div", "menu", item);
  const [rename, replace, remove] = ["rename", "replace", "remove"].map((act) => make("button", act, menu));
  const state = make("span", "state", item);
  const acts = make("span", "acts", item);
  const [cancel, undo, dismiss] = ["cancel", "undo", "dismiss"].map((act) => make("button", act, acts));
  const bar = make("progress", "bar", item);
  const questions = make("div", "questions", item);
  const own = /** @type {Row} */ ({
    ...{ row, item, ask, name, edit, menu, state, bar, questions },
    ...{ read, more, rename, replace, remove, cancel, undo, dismiss },
  });
  for (const button of BUTTONS) own[button].type = "button";
  menu.popover = "auto";
  more.popoverTargetElement = menu;
  listen(own, events);
  return own;
}

/**
 * @param {Row} own
 * @param {RowEvents} events
 */
function listen(own, events) {
  const { ask, edit, menu } = own;
  ask.addEventListener("change", () => events.ask(own.row, ask.checked));
  own.read.addEventListener("click", () => events.read(own.row));
  own.rename.addEventListener("click", () => startEdit(own));
  own.replace.addEventListener("click", () => events.replace(own.row));
  own.remove.addEventListener("click", () => events.remove(own.row));
  own.cancel.addEventListener("click", () => events.cancel(own.row));
  own.undo.addEventListener("click", () => events.cancel(own.row));
  own.dismiss.addEventListener("click", () => events.dismiss(own.row));
  menu.addEventListener("click", () => menu.hidePopover());
  menu.addEventListener("beforetoggle", () => placeMenu(own));
  edit.addEventListener("keydown", (event) => {
    if (QA.isComposing(event)) return;
    if (event.key === "Enter" || event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      endEdit(own, events, event.key === "Enter");
    }
  });
  edit.addEventListener("blur", () => endEdit(own, events, false));
  own.questions.addEventListener("click", (event) => {
    const question = QA.closest(event, ".suggested");
    if (question) events.question(own.row, question.textContent ?? "");
    else if (QA.closest(event, ".seen")) events.seen(own.row);
  });
}

/** Put the menu at its button, above it where there is no room below. @param {Row} own */
function placeMenu({ more, menu }) {
  const { top, bottom, left, right } = more.getBoundingClientRect();
  const isHigh = innerHeight - bottom < 150;
  menu.style.inset = "auto";
  if (isHigh) menu.style.bottom = `${innerHeight - top + 4}px`;
  else menu.style.top = `${bottom + 4}px`;
  if (say("direction") === "rtl") menu.style.left = `${Math.max(8, left)}px`;
  else menu.style.right = `${Math.max(8, innerWidth - right)}px`;
}

// Renaming

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
 * @param {RowEvents} events
 * @param {boolean} keep
 */
function endEdit(own, events, keep) {
  if (own.edit.hidden) return;
  const to = own.edit.value.trim();
  const hadFocus = document.activeElement === own.edit;
  own.edit.hidden = true;
  own.item.classList.remove("editing");
  if (hadFocus) own.more.focus();
  if (keep && to && to !== own.row.name) events.rename(own.row, to);
}

// Drawing

/** @type {Offered["row"]["fill"]} */
function fill(own, row, questions) {
  const { name, indexed, state, kind } = row;
  const isHeld = state === "held";
  const isFree = indexed && (state === "ready" || state === "failed");
  // Of the jobs under way, only those that embed can be cancelled.
  const isStoppable = state === "embedding" && (kind === "add" || kind === "build");
  own.row = row;
  own.item.className = [state, own.edit.hidden ? "" : "editing"].join(" ").trim();
  own.ask.hidden = !indexed;
  own.ask.disabled = !isFree && isHeld;
  own.ask.checked = !isHeld && !QA.state.leftOut.has(name);
  own.read.disabled = !row.id;
  own.more.hidden = !isFree;
  own.cancel.hidden = state !== "waiting" && !isStoppable;
  own.undo.hidden = !isHeld;
  own.dismiss.hidden = state !== "failed" && !isHeld;
  setText(own.name, name);
  putPieces(own.state, describe(row));
  if (state === "failed") own.state.setAttribute("role", "alert");
  else own.state.removeAttribute("role");
  own.bar.hidden = state !== "embedding";
  if (row.total) Object.assign(own.bar, { max: row.total, value: row.done });
  else own.bar.removeAttribute("value");
  caption(own);
  offer(own, questions);
}

/** @param {Row} own */
function caption(own) {
  const { name } = own.row;
  const of = (/** @type {string} */ act) => say("sources.act", { act, name });
  const captions = {
    rename: say("sources.rename"),
    replace: say("sources.replace"),
    remove: say("sources.remove"),
    cancel: say("sources.cancel"),
    undo: say("sources.undo"),
    dismiss: say("sources.dismiss"),
  };
  for (const [act, words] of Object.entries(captions)) {
    const button = own[/** @type {keyof typeof captions} */ (act)];
    setText(button, words);
    button.setAttribute("aria-label", of(words));
  }
  setText(own.more, "⋯");
  own.more.setAttribute("aria-label", of(say("sources.more")));
  own.read.setAttribute("aria-label", of(say("sources.read")));
  own.ask.setAttribute("aria-label", say("sources.ask", { name }));
  own.edit.setAttribute("aria-label", of(say("sources.rename")));
  own.bar.setAttribute("aria-label", of(say("build.begin")));
}

/**
 * Show the questions that a new text answers, or that they are being looked for.
 * @param {Row} own
 * @param {string[] | null} questions
 */
function offer({ questions: part }, questions) {
  const shown = JSON.stringify(questions);
  if (part.dataset.shown === shown) return;
  part.dataset.shown = shown;
  part.hidden = questions?.length === 0;
  part.replaceChildren();
  make("span", "quiet", part).textContent = say(questions ? "sources.questions" : "sources.questions.soon");
  for (const question of questions ?? []) {
    const button = make("button", "suggested", part);
    button.type = "button";
    button.dir = "auto";
    button.textContent = question;
  }
  if (!questions) return;
  const close = make("button", "seen", part);
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", say("sources.dismiss"));
}

// What is the same is left alone: a screen reader would read it out again.
/**
 * @param {HTMLElement} part
 * @param {Piece[]} pieces
 */
function putPieces(part, pieces) {
  if (part.textContent !== pieces.map(([text]) => text).join("")) QA.words.putSentence(part, pieces);
}

/** @type {Offered["row"]["setText"]} */
const setText = (part, text) => putPieces(part, [[text, false]]);

/** @param {TextRow} row @returns {Piece[]} */
function describe(row) {
  if (row.state === "failed") return row.sentence ?? [];
  if (row.state === "held") return [[say("sources.removed"), false]];
  return [[row.state === "ready" ? say("sources.listed", { count: row.length }) : describeJob(row), false]];
}

/** @param {TextRow} row */
function describeJob(row) {
  const { done = 0, total = 0 } = row;
  const work = total ? say("build.progress", { done, total }) : say("build.begin");
  const progress = row.state === "waiting" ? say("sources.waiting") : work;
  return [describeChange(row), progress, QA.words.timeLeft(row.left)].filter(Boolean).join(" · ");
}

/** @param {TextRow} row */
function describeChange({ kind, indexed, new_name = "" }) {
  if (kind === "rename") return say("sources.renaming", { name: new_name });
  if (kind === "remove") return say("sources.removing");
  if (kind === "build") return say("sources.alone");
  if (kind === "repair") return say("index.repairing");
  return indexed ? say("sources.replacing") : "";
}

QA.register("row", { make: makeRow, fill, setText });
