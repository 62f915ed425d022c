// @ts-check
// Objects that the browser keeps as JSON under a key of this visitor's. A browser may refuse, or be full.

/** Return what is kept under a key: nothing if it is damaged, null if the browser refuses. @type {Offered["store"]["read"]} */
function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch (error) {
    return error instanceof SyntaxError ? {} : null;
  }
}

/**
 * Edit what is kept. It is read again first, because other tabs change it too. Return why it failed, or "".
 * @type {Offered["store"]["change"]}
 */
function change(key, edit) {
  const kept = read(key) ?? {};
  edit(kept);
  try {
    localStorage.setItem(key, JSON.stringify(kept));
    return "";
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    return isFull ? "history.full" : "history.refused";
  }
}

QA.register("store", { read, change });
