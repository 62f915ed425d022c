// Looks at the queue and the index again and again, for the list of texts too (QA.texts, QA.drawTexts), and draws
// how far the job under way is. server.list_texts(language) gives what listing.py says; server.repair_index(language) too,
// once it has asked for the index to be repaired. Triggers "swapped" while the page shows another generation than the one
// that answers, or lacks the questions that have been found meanwhile.
const BUSY = 400; // ms between two looks
const IDLE = 1500;
const UNSEEN = 60_000; // while nobody sees the page: the server forgets who is not heard of
const WITHIN = 10_000; // a look that has found nothing by then counts as not answered
let lookedAt = 0;
const within = (reply) => Promise.race([reply, new Promise((_, late) => setTimeout(late, WITHIN))]);

async function look() {
  if (!document.hidden || Date.now() - lookedAt > UNSEEN) {
    lookedAt = Date.now();
    const heard = await within(server.list_texts(QA.language)).catch(() => null); // of a refusal it may be anything
    await hear(heard?.rows);
    if (heard?.rows) {
      followServer(heard.server);
      QA.texts = heard;
      draw();
      QA.drawTexts?.();
      compare();
    }
  }
  if (element.isConnected) setTimeout(look, QA.texts?.busy ? BUSY : IDLE);
}

// Tells that nothing arrives: at once where the session has ended, else once two looks in a row were not answered.
let missed = 0;
async function hear(answered) {
  missed = answered ? 0 : missed + 1;
  const over = missed && (await within(QA.hasEnded()).catch(() => false));
  if (over || missed > 1) QA.asking = false; // no answer is on its way any more
  QA.unheard?.(over ? "signin.over" : missed > 1 ? "header.lost" : "");
}

// Another server than before knows nothing of what was asked here: loaded anew, the page tells it. Not over a text that
// is being typed.
function followServer(name) {
  QA.server ||= name;
  if (name !== QA.server && !document.querySelector("#text-body textarea")?.value) location.reload();
}

function draw() {
  if (!QA.texts) return;
  const { busy, rows } = QA.texts;
  const failed = rows.filter((row) => row.state === "failed").length;
  const { done, total, left } = rows.find((row) => row.state === "embedding") || {};
  const building = element.querySelector(".building");
  const bar = building.querySelector("progress");
  building.hidden = !busy && !failed;
  bar.hidden = !busy;
  if (total) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
  const work = total ? QA.say("build.progress", { done, total }) : QA.say("build.begin");
  const told = [busy ? work : "", QA.timeLeft(left), failed ? QA.say("sources.failed", { count: failed }) : ""];
  building.querySelector(".told").textContent = told.filter(Boolean).join(" · ");
}

// Compared with what is drawn, not with an earlier look: an index may be swapped while the page opens. Not while an
// answer is on its way: it brings the new text along. Nor before the page's first reply, which it would race.
function compare() {
  const busy = !document.documentElement.dataset.ready || QA.asking || document.querySelector("#chat .pending");
  if (!busy && QA.stateOf(QA.texts) !== QA.drawn) trigger("swapped");
}

QA.repair = async () => {
  QA.texts = await server.repair_index(QA.language);
  draw();
  QA.drawTexts?.();
};

QA.onLanguage(draw);
look();
