// @ts-check
// The conversations that the browser keeps: {id: {title?, updated, record}} in its local storage, and for this tab the
// id of the open one. records.py makes a record, and checks it when it comes back.

const key = QA.session.keyOf("conversations");
const openKey = QA.session.keyOf("open");

/** Return what is kept: nothing if it is damaged, null if the browser refuses storage. */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? /** @type {KeptConversations} */ (kept) : {};
  } catch (error) {
    return error instanceof SyntaxError ? {} : null;
  }
}

/**
 * Edit what is kept. It is read again first, because other tabs change it too. Return why it failed, or "".
 * @type {Offered["records"]["change"]}
 */
function change(edit) {
  const kept = read() ?? {};
  edit(kept);
  try {
    localStorage.setItem(key, JSON.stringify(kept));
    return "";
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    return isFull ? "history.full" : "history.refused";
  }
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

QA.register("records", { key, openKey, read, change, setOpen, openRecord, questions, title, newestFirst, newId });
