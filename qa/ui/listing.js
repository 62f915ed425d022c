// @ts-check
// The list of texts: one row for each, ready or on its way. Value: Listing; newer ones come with each poll (progress.js).
// Triggers "act" {do, name, job, to} and "choose" {left_out: [name]}. Rows are kept from one drawing to the next, so
// that a report of progress takes no focus and ends no edit; row.js makes and fills them.

const list = QA.get(element, ".listing");
const from = QA.get(element, ".from");
const all = QA.get(element, ".all", HTMLInputElement);
/** @type {Map<string, Row>} */
const rows = new Map();
/** @type {{name: string, to?: string} | null} The rename asked for here: its row gets the focus once it is drawn. */
let sought = null;
/** @type {Set<string>} The texts that were added while this page is open and whose questions have not been seen. */
const fresh = new Set();

const listing = () => QA.state.texts ?? /** @type {Partial<Listing>} */ (props.value);
const wanted = () => listing().rows ?? [];
const keyOf = (/** @type {TextRow} */ row) => `${row.kind === "repair" ? "repair" : "text"} ${row.name}`;

function choose() {
  trigger("choose", { left_out: [...QA.state.leftOut] });
  sayWhichAreAsked();
}

/** @type {RowEvents} */
const events = {
  ask(row, isAsked) {
    if (isAsked) QA.state.leftOut.delete(row.name);
    else QA.state.leftOut.add(row.name);
    choose();
  },
  read(row) {
    QA.panel.close();
    QA.source?.read(row.id);
  },
  rename(row, to) {
    sought = { name: row.name };
    QA.leftOut.rename(row.name, to); // as typed, until its row says what it will be called
    act("rename", row, { to });
  },
  replace: (row) => QA.adding?.choose(row.name),
  remove: (row) => act("remove", row),
  cancel(row) {
    QA.leftOut.forget(row.name);
    if (sought?.name === row.name) sought = null;
    act("cancel", row);
  },
  dismiss: (row) => act("dismiss", row),
  question(row, question) {
    seen(row);
    QA.panel.close();
    QA.chat.ask(question);
  },
  seen,
};

/**
 * @param {PageEvents["act"]["do"]} what
 * @param {TextRow} row
 * @param {{to?: string}} [more]
 */
function act(what, row, more = {}) {
  trigger("act", { do: what, name: row.name, job: row.job, ...more });
}

function draw() {
  const active = document.activeElement;
  const isHere = element.contains(active);
  followRenames();
  const keys = new Set(wanted().map(keyOf));
  for (const [key, own] of rows) {
    if (keys.has(key)) continue;
    own.item.remove();
    rows.delete(key);
  }
  noteNew();
  wanted().forEach((row, at) => {
    const own = rows.get(keyOf(row)) ?? QA.row.make(row, events);
    rows.set(keyOf(row), own);
    QA.row.fill(own, row, offered(row));
    if (list.children[at] !== own.item) list.insertBefore(own.item, list.children[at] ?? null);
  });
  sayWhichAreAsked();
  restoreFocus(active, isHere);
}

function followRenames() {
  const { changed, renamed } = QA.leftOut.follow(wanted());
  if (sought && renamed.has(sought.name)) sought.to = renamed.get(sought.name);
  const isRefused = (/** @type {TextRow} */ row) => row.state === "failed" && row.kind === "rename";
  if (wanted().some((row) => isRefused(row) && row.name === sought?.name)) sought = null;
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
  if (found && (isHere || active === document.body) && !active?.matches(".new-name")) found.more.focus();
  else if (isHere && active instanceof HTMLElement && !active.checkVisibility()) from.focus();
}

// The questions of a text that was added while this page is open

function noteNew() {
  for (const { name, kind, state } of wanted()) {
    if (state === "failed") fresh.delete(name);
    else if (kind === "add") fresh.add(name);
  }
}

/** Return the questions that a row shows; null while they are being looked for. @param {TextRow} row */
function offered(row) {
  const isAlone = QA.leftOut.present().length < 2 && !QA.find(document, "#chat .asked"); // the chat shows the same
  if (!row.indexed || row.state !== "ready" || !fresh.has(row.name) || isAlone) return [];
  if (!listing().questions) return null;
  return (row.questions ?? []).slice(0, fresh.size > 2 ? 1 : 3);
}

/** Show no questions in a row any more. @param {TextRow} row */
function seen(row) {
  fresh.delete(row.name);
  draw();
}

// Which are asked

function sayWhichAreAsked() {
  const { say } = QA.words;
  const { busy } = listing();
  const total = QA.leftOut.present().length;
  const count = QA.leftOut.asked().length;
  const which = say(total > 1 ? "sources.from.some" : "sources.from", { count, total });
  const isPlain = total === 0 || (total === 1 && count === 1); // then there is nothing to tell
  QA.row.setText(from, [isPlain ? "" : which, busy && total ? say("sources.from.until") : ""].join(" ").trim());
  all.hidden = total < 2;
  all.checked = count === total;
  all.indeterminate = count > 0 && count < total;
  all.setAttribute("aria-label", say("sources.all"));
  QA.header?.sayWhichAreAsked();
}

all.addEventListener("change", () => {
  for (const { name } of QA.leftOut.present()) {
    if (all.checked) QA.state.leftOut.delete(name);
    else QA.state.leftOut.add(name);
  }
  choose();
  draw();
});

QA.register("listing", { draw, choose });
QA.words.onChange(draw);
watch("value", () => QA.progress?.take(/** @type {Listing} */ (props.value)));
draw();
