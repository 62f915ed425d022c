// @ts-check
// The source pane: one source, with every sentence at its offsets in code points of the source. Value: Overview.
// The text of a source comes from server.read_source(id). What is around it is in source_tabs.js (which source),
// source_outline.js (its headings) and source_find.js (words in it).

const article = QA.get(element, ".body");
const pane = QA.get(element, ".pane");
const { hold } = QA.sourceScroll.on(pane);
const tabs = QA.sourceTabs.on(element, { show, follow });
const outline = QA.sourceOutline.on(element, { article, pane, hold });
const finder = QA.sourceFind.on(element, { article, pane, hold });

/** @type {string | null} The id of the source in the pane. */
let drawn = null;
/** @type {string | null} The id asked for last: a slower, earlier reply is dropped. */
let wanted = null;
/** @type {string | null} The id of a text that is read before it is indexed. */
let draft = null;
/** @type {HTMLElement[]} The sentences of the source, in order. */
let sentences = [];
/** What is marked: `mark` is called at each change of the page, and most change nothing here. */
let marked = "";

function draw() {
  const { sources } = /** @type {Partial<Overview>} */ (props.value);
  QA.words.label(element);
  if (!sources) return; // not known yet
  pane.setAttribute("aria-label", QA.words.say("source.label"));
  outline.label();
  finder.label();
  const [first] = sources;
  const isDraft = drawn !== null && drawn === draft;
  if (isDraft || sources.some((source) => source.id === drawn)) {
    tabs.draw({ sources });
  } else if (first) {
    tabs.draw({ sources });
    show(first.id);
  } else {
    drawn = wanted = null;
    sentences = [];
    article.removeAttribute("lang");
    article.textContent = QA.words.say("source.empty");
    drawAround({ sources, current: null });
  }
}

/** Draw what depends on which source it is. @param {Parameters<Tabs["draw"]>[0]} now */
function drawAround(now) {
  tabs.draw(now);
  outline.draw();
  finder.draw();
}

/** Bring a source into the pane. Return whether it is there. @param {string} id */
async function show(id) {
  wanted = id;
  if (drawn === id) return true;
  const source = await server.read_source(id).catch(() => null);
  if (wanted !== id) return false;
  if (!source) article.textContent = QA.words.say("source.failed");
  if (!source?.blocks) return false;
  drawn = id;
  drawSource(/** @type {SourceDocument} */ (source));
  return true;
}

/** @param {SourceDocument} source */
function drawSource(source) {
  if (source.language === "und") article.removeAttribute("lang");
  else article.lang = source.language;
  article.dataset.source = source.name;
  article.replaceChildren(...QA.blocks.draw(source.blocks));
  sentences = QA.findAll(article, ".sentence");
  labelPlaces();
  article.dir = QA.words.directionOf((article.textContent ?? "").slice(0, 1000));
  pane.scrollTop = 0;
  marked = "";
  drawAround({ current: { id: source.id, name: source.name } });
  QA.citations.markNewest();
}

// The beginning of a document's page, or a moment of a film, is shown beside the text and is no part of it.
function labelPlaces() {
  for (const block of QA.findAll(article, "[data-page], [data-time]")) {
    block.dataset.place = block.dataset.time || QA.words.say("cite.page", { page: Number(block.dataset.page) });
  }
}

/** Show a text from the list, also one that is not indexed yet. @param {string} id */
async function read(id) {
  QA.page.show("source");
  draft = id;
  if (!(await show(id))) return;
  tabs.keep();
  pane.focus();
}

// Marking sentences

/** @param {HTMLElement} sentence */
const placeOf = ({ dataset }) => ({ id: drawn ?? "", start: Number(dataset.start), end: Number(dataset.end) });

/** Return every sentence that overlaps a place: one cut to fit the model may be several. @param {Place} place */
function sentencesAt({ start, end }) {
  let [from, to] = [0, sentences.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Number(sentences[middle]?.dataset.end) <= start) from = middle + 1;
    else to = middle;
  }
  to = from;
  while (Number(sentences[to]?.dataset.start) < end) to += 1;
  return sentences.slice(from, to);
}

// Only what differs is touched: a sentence that loses its tabindex for a moment loses the focus too.
/** Mark the sentences that the newest answer cites. @param {Cited[]} cited */
function mark(cited) {
  const now = JSON.stringify([drawn, cited]);
  if (now === marked) return;
  marked = now;
  tabs.draw({ cited });
  const there = new Set(cited.filter((place) => place.id === drawn).flatMap(sentencesAt));
  for (const sentence of QA.findAll(article, ".cited")) {
    if (there.has(sentence)) continue;
    sentence.classList.remove("cited");
    if (!sentence.matches(".current")) sentence.removeAttribute("tabindex");
  }
  for (const sentence of there) {
    sentence.classList.add("cited");
    sentence.tabIndex = 0;
  }
}

/** Go from a cited sentence back to its [n]. @param {Event} event */
function light(event) {
  const sentence = QA.closest(event, ".cited");
  if (!sentence || String(getSelection())) return;
  event.preventDefault();
  QA.citations.light(placeOf(sentence));
}

/** Go to a place: mark its sentences and focus the first. Return whether it is there. @param {Place} place */
async function goTo(place) {
  const first = await enter(place);
  if (!first) return false;
  if (!first.matches(".cited")) first.tabIndex = -1;
  first.focus({ preventScroll: true });
  hold(first, true);
  return true;
}

/** Bring a place into sight and leave the focus where it is. @param {Place} place */
async function follow(place) {
  const first = await enter(place);
  if (first) hold(first, true);
}

/** Mark the sentences of a place as those gone to; return the first if it is there. @param {Place} place */
async function enter(place) {
  if (!(await show(place.id))) return undefined;
  leave();
  tabs.draw({ at: place });
  const there = sentencesAt(place);
  for (const sentence of there) sentence.classList.add("current");
  return there[0];
}

function leave() {
  for (const sentence of QA.findAll(article, ".current")) {
    sentence.classList.remove("current");
    if (!sentence.matches(".cited")) sentence.removeAttribute("tabindex");
  }
}

article.addEventListener("click", light);
article.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") light(event);
});
QA.get(element, ".back").addEventListener("click", () => QA.citations.back());

QA.register("source", { mark, goTo, follow, leave, read });
QA.words.onChange(labelPlaces);
QA.words.onChange(draw);
watch("value", draw);
draw();
