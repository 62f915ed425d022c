// @ts-check
// The chat: what its buttons do, what its messages lack for a screen reader, and where it scrolls to.

// Asking

/** Put a question into the box, as if typed. @type {Offered["chat"]["write"]} */
function write(question) {
  const area = QA.page.question();
  if (!area) return null;
  area.value = question;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  QA.page.show("chat");
  return area;
}

/** @param {string} question */
function ask(question) {
  write(question);
  requestAnimationFrame(() => document.getElementById("ask")?.click());
}

const ALONE = " alone"; // after an entry: its new question is asked without the conversation

/** Let the next question replace an entry and all that came after it; "" ends that. @param {string} entry */
function revise(entry) {
  QA.state.revised = entry;
  const bar = QA.find(document, "#revising .line");
  if (bar) bar.hidden = !entry;
}

/** Return the entry that the question being sent replaces. */
function takeRevision() {
  const entry = QA.state.revised;
  revise("");
  return entry;
}

/** Return a message's entry as "conversation entry". @param {HTMLElement} button */
const entryOf = (button) => ["h-", "e-"].map((prefix) => QA.citations.classOf(button, prefix).slice(2)).join(" ");

/** @param {HTMLElement} button */
const askedBy = (button) => QA.find(QA.citations.messageOf(button) ?? document, ".asked")?.textContent ?? "";

/**
 * @param {HTMLElement} button
 * @param {string} question
 * @param {string} how
 */
function edit(button, question, how = "") {
  revise(entryOf(button) + how);
  const area = write(question);
  area?.focus();
  area?.setSelectionRange(question.length, question.length);
}

/** @param {HTMLElement} button */
function askAgain(button) {
  const isNewest = QA.findAll(document, "#chat .again").at(-1) === button;
  if (!isNewest) return edit(button, askedBy(button)); // later questions would be lost: the bar says so first
  revise(entryOf(button));
  return ask(askedBy(button));
}

/** Ask a question again as if it were the first one. @param {HTMLElement} button */
function askAlone(button) {
  const questions = QA.findAll(document, "#chat .again");
  const own = questions.find((other) => entryOf(other) === entryOf(button)) ?? button;
  edit(own, askedBy(own), ALONE); // later questions would be lost: the bar says so first
  return own === questions.at(-1) ? ask(askedBy(own)) : undefined;
}

/** @param {HTMLElement} button */
function askSuggested(button) {
  revise("");
  ask(button.textContent ?? "");
}

/** @param {HTMLElement} button */
function searchAgain(button) {
  const searched = button.closest(".searched");
  edit(button, (searched && QA.find(searched, ".query")?.textContent) ?? "", ALONE);
}

// Copying

/** Copy a quotation with the place that it is from. @param {HTMLElement} button */
async function copy(button) {
  const excerpt = button.closest(".excerpt");
  if (!excerpt) return;
  await toClipboard([QA.get(excerpt, ".quote").textContent?.trim(), originOf(excerpt)].join("\n"));
  const caption = button.firstElementChild ?? button;
  caption.textContent = QA.words.say("chat.copied");
  setTimeout(() => {
    caption.textContent = QA.words.say("cite.copy");
  }, 1600);
}

/** Return "[n] source, section, page, place" of an excerpt. @param {Element} excerpt */
function originOf(excerpt) {
  const [n, ...origin] = [".cite", ".source-name", ".section", ".leaf", ".place"].map((part) =>
    QA.find(excerpt, part)?.textContent?.trim(),
  );
  return [n, origin.filter(Boolean).join(", ")].filter(Boolean).join(" ");
}

/** Show all of a long quotation, or again the part of it that answers. @param {HTMLElement} button */
function toggleWhole(button) {
  const isWhole = button.closest(".excerpt")?.classList.toggle("shown-whole") ?? false;
  const caption = button.firstElementChild ?? button;
  caption.textContent = QA.words.say(isWhole ? "cite.less" : "cite.all");
  button.setAttribute("aria-expanded", String(isWhole));
}

/** @param {string} text */
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Over plain HTTP from another machine there is no navigator.clipboard.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return undefined;
}

/** @type {[selector: string, act: (button: HTMLElement) => unknown][]} */
const actions = [
  [".cite, .show", (button) => QA.citations.follow(button)],
  [".copy", copy],
  [".all", toggleWhole],
  [".suggested", askSuggested],
  [".edit", (button) => edit(button, askedBy(button))],
  [".again", askAgain],
  [".repair", () => QA.progress?.repair()],
  [".revise", searchAgain],
  [".alone", askAlone],
];
document.addEventListener("click", (event) => {
  const button = QA.closest(event, "#chat button");
  if (button) actions.find(([selector]) => button.matches(selector))?.[1](button);
});

document.addEventListener(
  "keydown",
  (event) => {
    // The Enter that confirms a Japanese, Chinese or Korean conversion does not send, nor does one held down.
    if (event.key === "Enter" && (QA.isComposing(event) || event.repeat)) event.stopPropagation();
    if (event.key !== "Escape" || QA.isComposing(event) || QA.find(document, "dialog[open]")) return;
    if (QA.closest(event, "#question")) revise("");
  },
  true,
);

// Drawing

// Tables and lists are spans with a mark around them (quotation.py); Gradio's sanitiser leaves them no roles.
const ROLES = /** @type {const} */ ([
  [".columns", "table"],
  [".columns .rows", "rowgroup"],
  [".columns .row", "row"],
  [".columns .cell", "cell"],
  [".columns .names .cell", "columnheader"],
  [".items", "list"],
  [".items > .item", "listitem"],
]);

function label() {
  const chat = document.getElementById("chat");
  if (!chat) return;
  QA.findAll(chat, ".cite").forEach(labelCitation);
  for (const [selector, role] of ROLES) for (const part of QA.findAll(chat, selector)) part.setAttribute("role", role);
  for (const place of QA.findAll(chat, ".place")) place.title = QA.words.say("cite.place");
  QA.findAll(chat, ".menu > summary").forEach(labelMenu);
  // Gradio labels a message with its raw HTML. Without the label the message itself is read out.
  for (const part of QA.findAll(chat, '[data-testid="user"][aria-label], [data-testid="bot"][aria-label]')) {
    part.removeAttribute("aria-label");
  }
  const log = QA.find(chat, '[role="log"]');
  log?.setAttribute("aria-label", QA.words.say("chat.label"));
  log?.setAttribute("aria-live", "polite");
  QA.page.question()?.setAttribute("aria-label", QA.words.say("question.label"));
}

/** @param {HTMLElement} cite */
function labelCitation(cite) {
  const excerpt = QA.citations.excerptOf(cite);
  const section = excerpt && QA.find(excerpt, ".section")?.textContent;
  const n = cite.textContent?.replace(/[[\]]/g, "") ?? "";
  const text = section ? QA.words.say("cite.label.section", { n, section }) : QA.words.say("cite.label", { n });
  cite.setAttribute("aria-label", cite.matches(".moved") ? `${text}, ${QA.words.say("cite.moved")}` : text);
}

/** @param {HTMLElement} menu */
function labelMenu(menu) {
  const cite = menu.closest(".excerpt")?.querySelector(".cite");
  const n = cite?.textContent?.replace(/[[\]]/g, "");
  menu.title = n ? QA.words.say("cite.menu", { n }) : QA.words.say("cite.menu.other");
  menu.setAttribute("aria-label", menu.title);
}

// A new question moves to the top of the chat, so that its answer is read from the beginning.
let read = 0; // questions whose answers have been brought into sight
function scroll() {
  const asked = QA.findAll(document, "#chat .asked");
  const newest = asked.at(-1);
  const log = newest?.closest('[role="log"]');
  const isPending = QA.find(document, "#chat .pending") !== null;
  read = Math.min(read, asked.length - (isPending ? 1 : 0)); // another conversation, or a question that was edited
  if (asked.length <= read || !newest || !log) return;
  if (!QA.page.isWide()) QA.page.question()?.blur(); // else the keyboard would cover the answer
  log.scrollTop += newest.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
  if (isPending) return;
  read = asked.length;
  QA.citations.showNewest();
}

let isDue = false;
new MutationObserver(() => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    label();
    QA.rating.draw();
    QA.citations.markNewest();
    scroll();
  });
}).observe(document, { childList: true, subtree: true, characterData: true });

QA.register("chat", { write, ask, revise, takeRevision });
