// @ts-check
// What the visitor says of the answers: right or wrong and, of a wrong one, what would be right. The browser keeps it
// beside the conversations, with the question and the citation, until it is taken back; nothing is sent. A question
// that is answered in the same words again shows what was said of it. Saved as a file it is a question set.

const key = QA.session.keyOf("ratings");

/** @type {Offered["ratings"]["read"]} */
const read = () => /** @type {Record<string, Rating>} */ (QA.store.read(key) ?? {});

/** @type {Offered["ratings"]["all"]} */
const all = () => Object.values(read()).filter((one) => one && typeof one.question === "string");

/** Keep a rating, or none for null. Return why it cannot be kept, or "". @type {Offered["ratings"]["keep"]} */
function keep(id, rating) {
  return QA.store.change(key, (kept) => {
    if (rating) kept[id] = rating;
    else delete kept[id];
  });
}

/** @type {Offered["ratings"]["clear"]} */
function clear() {
  QA.store.change(key, (kept) => {
    for (const id of Object.keys(kept)) delete kept[id];
  });
}

/**
 * Return what a rating says is true, or null where a wrong answer leaves that open: whether the texts answer the
 * question, and with which sentence.
 * @param {Rating} rating
 * @returns {{answerable: boolean, evidence: Quotation | null} | null}
 */
function truthOf({ right, cited, nowhere, picked }) {
  if (right) return { answerable: cited !== null, evidence: cited };
  if (nowhere) return { answerable: false, evidence: null };
  return picked || !cited ? { answerable: true, evidence: picked } : null;
}

/**
 * Return the questions whose truth is known, one JSON object a line (qa/evaluation/sets.py). What was said last of a
 * question decides whether it has an answer; each sentence that answers it counts.
 * @type {Offered["ratings"]["asSet"]}
 */
function asSet() {
  /** @type {Map<string, RatedQuestion>} */
  const lines = new Map();
  for (const rating of all().sort((a, b) => a.at - b.at)) {
    const truth = truthOf(rating);
    if (!truth) continue;
    const { question } = rating;
    const known = lines.get(question);
    const id = known?.id ?? `rated-${lines.size + 1}`;
    const isSame = known?.answerable === truth.answerable;
    const line = isSame ? known : { id, question, answerable: truth.answerable, answers: [], evidence: [] };
    if (truth.evidence) line.evidence.push(truth.evidence);
    if (rating.right && rating.short) line.answers.push(rating.short);
    lines.set(question, line);
  }
  return [...lines.values()].map((line) => `${JSON.stringify(line)}\n`);
}

QA.register("ratings", { read, all, keep, clear, asSet });
