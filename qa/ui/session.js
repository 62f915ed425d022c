// @ts-check
// What belongs to one visitor: settings and names under which the browser keeps things, the unsent question, and
// whether the server still lets the visitor in.

const settingKey = (/** @type {string} */ key) => `cited-qa.${key}`;

/**
 * Return a setting, or null. A browser may refuse storage: settings then last as long as the page.
 * @param {string} key
 */
function load(key) {
  try {
    return localStorage.getItem(settingKey(key));
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function save(key, value) {
  try {
    localStorage.setItem(settingKey(key), value);
  } catch {
    // The browser refuses storage.
  }
}

// Where there are accounts, this cookie tells them apart (sign_in.py). It is read once: the page goes on as the
// account that opened it.
const cookie = QA.find(document, 'meta[name="qa-reader"]', HTMLMetaElement)?.content ?? "";
const signedIn = cookie !== "";
const reader = signedIn && valueOfCookie(cookie);

/** @param {string} name */
function valueOfCookie(name) {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

/** Return the key under which this account's things are kept. @param {string} name */
const keyOf = (name) => ["cited-qa", name, reader].filter(Boolean).join(".");

/** Return whether the server asks to sign in again; never so where there are no accounts. */
async function hasEnded() {
  return (await fetch(location.pathname, { method: "HEAD" })).status === 401;
}

// After a reload the box holds what was typed, else the question that was not answered yet.
addEventListener("pagehide", () => {
  const pending = QA.find(document, "#chat .pending");
  const unanswered = pending && QA.findAll(document, "#chat .asked").at(-1)?.textContent;
  try {
    sessionStorage.setItem(keyOf("draft"), QA.page.question()?.value || unanswered || "");
  } catch {
    // The browser refuses storage.
  }
});

function restoreDraft() {
  try {
    const draft = sessionStorage.getItem(keyOf("draft"));
    sessionStorage.removeItem(keyOf("draft"));
    if (draft) QA.chat.write(draft);
  } catch {
    // The browser refuses storage.
  }
}

// After signing out, "Back" would show the page from the browser's memory.
addEventListener("pageshow", async (event) => {
  if (!event.persisted || !signedIn) return;
  document.documentElement.style.visibility = "hidden";
  if (await hasEnded().catch(() => true)) location.replace("sign-in");
  else document.documentElement.style.visibility = "";
});

QA.register("session", { signedIn, load, save, keyOf, hasEnded, restoreDraft });
