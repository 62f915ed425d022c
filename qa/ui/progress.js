// @ts-check
// Polls the server for the list of texts (QA.state.texts) and draws how far the present job is. No value.
// Triggers "swapped" while the page shows another index than the one that answers, or lacks the suggested questions.

const BUSY = 400; // ms between two polls
const IDLE = 1500;
const UNSEEN = 60_000; // while the page is out of sight: the server forgets visitors that it does not hear of
const AGAIN = 4000; // before the same state is asked for once more
const WITHIN = 10_000; // a poll that takes longer counts as not answered

let polledAt = 0;
let tried = { state: "", at: 0 }; // what "swapped" was triggered for last
let missed = 0; // polls in a row that were not answered
/** @type {string | null} The server that was open first: every start makes another name. */
let serverName = null;

async function poll() {
  if (!document.hidden || Date.now() - polledAt > UNSEEN) {
    polledAt = Date.now();
    const { language, texts } = QA.state;
    const reply = await within(server.list_texts(language, texts?.stamp ?? "")).catch(() => null);
    await noteContact(isListing(reply) || reply?.unchanged === true);
    if (reply?.unchanged && QA.state.texts) QA.state.texts.at = Math.max(QA.state.texts.at, reply.at);
    if (isListing(reply)) {
      reloadForAnotherServer(reply.server);
      take(reply);
    }
    if (reply) compare();
  }
  if (element.isConnected) setTimeout(poll, QA.state.texts?.busy ? BUSY : IDLE);
}

/** An error page or a refusal may be any value. @param {Poll | Partial<Listing> | null} reply @returns {reply is Listing} */
const isListing = (reply) => typeof reply === "object" && reply !== null && "rows" in reply;

/** @template T @param {Promise<T>} reply @returns {Promise<T>} */
const within = (reply) => Promise.race([reply, new Promise((_, reject) => setTimeout(reject, WITHIN))]);

/**
 * Tell the visitor that nothing arrives: at once if the session has ended, else after two polls in a row.
 * @param {boolean} isAnswered
 */
async function noteContact(isAnswered) {
  missed = isAnswered ? 0 : missed + 1;
  const isOver = missed > 0 && (await within(QA.session.hasEnded()).catch(() => false));
  if (isOver || missed > 1) QA.state.asking = false; // no answer will come
  const lost = missed > 1 ? "header.lost" : "";
  QA.header?.setUnheard(isOver ? "signin.over" : lost);
}

/** A restarted server knows nothing of this page: reload, unless a text is being typed. @param {string} name */
function reloadForAnotherServer(name) {
  serverName ??= name;
  const typed = QA.find(document, "#text-body textarea", HTMLTextAreaElement)?.value;
  if (name !== serverName && !typed) location.reload();
}

/** Draw a listing, unless a newer one came first. @type {Offered["progress"]["take"]} */
function take(listing) {
  if (!isListing(listing) || (QA.state.texts && listing.at < QA.state.texts.at)) return;
  const wasStart = document.documentElement.hasAttribute("data-start");
  QA.state.texts = listing;
  document.documentElement.toggleAttribute("data-start", listing.start);
  draw();
  if (wasStart !== listing.start) leaveOrEnterStart(listing.start);
  QA.listing?.draw();
}

/** The form is all of the page while there is no text; the first one makes way for the chat. @param {boolean} isStart */
function leaveOrEnterStart(isStart) {
  const typed = QA.find(document, "#text-body textarea", HTMLTextAreaElement)?.value;
  QA.adding?.show(isStart || Boolean(typed));
  QA.adding?.draw();
  if (!isStart && !typed && QA.page.isWide()) QA.page.question()?.focus();
}

function draw() {
  if (!QA.state.texts) return;
  const { busy, rows } = QA.state.texts;
  const failed = rows.filter((row) => row.state === "failed").length;
  const { done = 0, total = 0, left } = rows.find((row) => row.state === "embedding") ?? {};
  const building = QA.get(element, ".building");
  const bar = QA.get(building, "progress", HTMLProgressElement);
  building.hidden = !busy && !failed;
  bar.hidden = !busy;
  if (total) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
  const work = total ? QA.words.say("build.progress", { done, total }) : QA.words.say("build.begin");
  const trouble = failed ? QA.words.say("sources.failed", { count: failed }) : "";
  const told = [busy ? work : "", QA.words.timeLeft(left), trouble];
  QA.get(building, ".told").textContent = told.filter(Boolean).join(" · ");
}

// Compared with what is drawn, not with the last poll: an index may be swapped while the page opens. Neither before the
// first reply, which draws everything, nor while an answer is on its way, which brings the new text along.
function compare() {
  const { texts, drawn, asking } = QA.state;
  const isBusy = asking || !document.documentElement.dataset.ready || QA.find(document, "#chat .pending");
  if (!texts || isBusy || !QA.header) return;
  const state = QA.header.indexState({ ...texts, left_out: QA.leftOut.names() });
  const isSame = state === tried.state;
  if (state === drawn || (isSame && Date.now() - tried.at < AGAIN)) return;
  if (isSame) QA.listing?.choose(); // the server forgets a visitor whom it does not hear of for long
  tried = { state, at: Date.now() };
  trigger("swapped");
}

async function repair() {
  take(await server.repair_index(QA.state.language));
}

QA.register("progress", { take, repair, compare });
QA.words.onChange(draw);
poll();
