// What is one visitor's own: the names under which the browser keeps it, what was typed when the page went away, and
// whether the server still lets them in.
(() => {
  // Where there are accounts: the cookie that tells one from another (sign_in.py). It is read once: this page goes on
  // as the reader it was opened by.
  const cookie = document.querySelector('meta[name="qa-reader"]')?.content;
  const reader = cookie && document.cookie.split("; ").find((one) => one.startsWith(cookie + "="))?.slice(cookie.length + 1);
  QA.signedIn = Boolean(cookie);
  QA.keptAs = (name) => ["cited-qa", name, reader].filter(Boolean).join(".");
  QA.hasEnded = async () => QA.signedIn && (await fetch(location.pathname, { method: "HEAD" })).status === 401;

  // The record of the conversation that this tab had open before it was reloaded; see conversations.js.
  QA.openRecord = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(QA.keptAs("conversations")));
      return JSON.stringify(kept[sessionStorage.getItem(QA.keptAs("open"))].record);
    } catch {
      return ""; // none, or the browser refuses storage
    }
  };

  // What was typed, else what was asked and not answered yet, is in the box again when the page was loaded anew.
  addEventListener("pagehide", () => {
    const unanswered = document.querySelector("#chat .pending") && [...document.querySelectorAll("#chat .asked")].pop();
    const draft = document.querySelector("#question textarea")?.value || unanswered?.textContent || "";
    try {
      sessionStorage.setItem(QA.keptAs("draft"), draft);
    } catch {
      /* the browser refuses storage */
    }
  });
  QA.restoreDraft = () => {
    try {
      const draft = sessionStorage.getItem(QA.keptAs("draft"));
      sessionStorage.removeItem(QA.keptAs("draft"));
      if (draft) QA.write(draft);
    } catch {
      /* as above */
    }
  };

  // "Back", after signing out, would show the page as it was.
  addEventListener("pageshow", async (event) => {
    if (!event.persisted || !QA.signedIn) return;
    document.documentElement.style.visibility = "hidden";
    if (await QA.hasEnded().catch(() => true)) location.replace("sign-in");
    else document.documentElement.style.visibility = "";
  });
})();
