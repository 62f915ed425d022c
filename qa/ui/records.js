// @ts-check
// The conversations that the browser keeps: {id: {title?, updated, record}} in its local storage, and for this tab the
// id of the open one. records.py makes a record, and checks it when it comes back.

const key = QA.session.keyOf("conversations");
const openKey = QA.session.keyOf("open");

const read = () => /** @type {KeptConversations | null} */ (QA.store.read(key));

/** Edit what is kept; see store.js. @type {Offered["records"]["change"]} */
const change = (edit) => QA.store.change(key, edit);

/**
 * Keep a record. If another tab has asked in the same conversation since this one last saw it, no question may be lost:
 * what that tab kept stays in the list under an id of its own.
 * @type {Offered["records"]["keep"]}
 */
function keep(record, last) {
  const before = read()?.[record.id];
  const idOf = (/** @type {RecordEntry} */ turn) => `${turn.asked_at}${turn.question}`;
  const asked = questions({ record }).map(idOf);
  const isOthers = before && last && JSON.stringify(before.record) !== last;
  const hasMore = isOthers && questions(before).some((turn) => !asked.includes(idOf(turn)));
  return change((kept) => {
    if (before && hasMore) {
      const id = newId();
      kept[id] = { ...before, record: { ...before.record, id } };
    }
    kept[record.id] = { ...before, updated: Date.now(), record };
  });
}

/** Remember which conversation this tab has open, for a reload. @param {string} id */
function setOpen(id) {
  try {
    if (id) sessionStorage.setItem(openKey, id);
    else sessionStorage.removeItem(openKey);
  } catch {
    // The browser refuses storage: a reload starts a new conversation.
  }
}

/** Return the record that this tab had open before a reload, as JSON, or "". */
function openRecord() {
  try {
    return JSON.stringify(read()?.[sessionStorage.getItem(openKey) ?? ""]?.record) ?? "";
  } catch {
    return "";
  }
}

/** @type {Offered["records"]["questions"]} */
function questions({ record }) {
  return Array.isArray(record?.entries) ? record.entries.filter((entry) => entry?.kind === "turn") : [];
}

/** @type {Offered["records"]["title"]} */
function title(kept) {
  const written = kept?.title || (kept && questions(kept)[0]?.question) || "…";
  return String(written).replace(/\s+/g, " ").trim();
}

/** @type {Offered["records"]["newestFirst"]} */
function newestFirst(kept) {
  const updated = (/** @type {KeptConversation} */ one) => Number(one.updated) || 0;
  return Object.entries(kept)
    .filter(([, one]) => one && typeof one === "object")
    .sort(([, a], [, b]) => updated(b) - updated(a));
}

/** Return an id like the server's. randomUUID is missing over plain HTTP from another machine. */
function newId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

QA.register("records", {
  ...{ key, openKey, read, change, keep, setOpen, openRecord, questions, title, newestFirst, newId },
});
