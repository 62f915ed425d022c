// @ts-check
// The source pane: one source, with every sentence at its offsets in code points of the source. Value: Overview.
// The text of a source comes from server.read_source(id).

const article = QA.get(element, ".body");
const pane = QA.get(element, ".pane");
const paneBar = QA.get(element, ".pane-bar");
const which = QA.get(element, ".which select", HTMLSelectElement);
const jump = QA.get(element, ".jump select", HTMLSelectElement);

const GAP = 16; // pixels below the bar

/** @type {string | null} The id of the source in the pane. */
let drawn = null;
/** @type {string | null} The id asked for last: a slower, earlier reply is dropped. */
let wanted = null;
/** @type {string | null} The id of a text that is read before it is indexed. */
let draft = null;

function draw() {
  const { sources } = /** @type {Partial<Overview>} */ (props.value);
  QA.words.label(element);
  if (!sources) return; // not known yet
  pane.setAttribute("aria-label", QA.words.say("source.label"));
  which.replaceChildren(...sources.map((source) => new Option(source.name, source.id)));
  hideLabelOf(which, sources.length < 2);
  const [first] = sources;
  const isDraft = drawn !== null && drawn === draft;
  if (isDraft || sources.some((source) => source.id === drawn)) {
    which.value = drawn ?? "";
    listSections();
  } else if (first) {
    show(first.id);
  } else {
    drawn = wanted = null;
    article.removeAttribute("lang");
    article.textContent = QA.words.say("source.empty");
    listSections();
  }
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
  article.replaceChildren(...QA.blocks.draw(source.blocks, source.name));
  labelPlaces();
  article.dir = QA.words.directionOf((article.textContent ?? "").slice(0, 1000));
  which.value = source.id;
  pane.scrollTop = 0;
  listSections();
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
  if (await show(id)) pane.focus();
}

// Sections

const headings = () => QA.findAll(article, ".title, .heading");

/** Return white space that shows how deep a heading is. @param {HTMLElement} heading */
const indent = (heading) => "\u2003".repeat(Math.max(0, Number(heading.tagName.slice(1)) - 3));

/** Return a heading's words, without the signs of Markdown. @param {HTMLElement} heading */
const titleOf = (heading) => (heading.textContent ?? "").slice(heading.dataset.mark?.length ?? 0);

function listSections() {
  const options = headings().map((heading, at) => new Option(`${indent(heading)}${titleOf(heading)}`, String(at)));
  jump.replaceChildren(new Option(QA.words.say("source.jump.first"), ""), ...options);
  hideLabelOf(jump, options.length < 2);
}

/**
 * @param {HTMLElement} select
 * @param {boolean} hidden
 */
function hideLabelOf(select, hidden) {
  const label = select.closest("label");
  if (label) label.hidden = hidden;
}

// Marking sentences

/** @param {HTMLElement} sentence */
const placeOf = ({ dataset }) => ({ id: drawn ?? "", start: Number(dataset.start), end: Number(dataset.end) });

/** Return every sentence that overlaps a place: one cut to fit the model may be several. @param {Place} place */
function sentencesAt({ start, end }) {
  return QA.findAll(article, ".sentence").filter((sentence) => {
    const place = placeOf(sentence);
    return place.start < end && start < place.end;
  });
}

// Only what differs is touched: a sentence that loses its tabindex for a moment loses the focus too.
/** Mark the sentences that the newest answer cites. @param {Place[]} places */
function mark(places) {
  const cited = new Set(places.filter((place) => place.id === drawn).flatMap(sentencesAt));
  for (const sentence of QA.findAll(article, ".cited")) {
    if (cited.has(sentence)) continue;
    sentence.classList.remove("cited");
    if (!sentence.matches(".current")) sentence.removeAttribute("tabindex");
  }
  for (const sentence of cited) {
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
  if (!(await show(place.id))) return false;
  leave();
  const sentences = sentencesAt(place);
  const [first] = sentences;
  if (!first) return false;
  for (const sentence of sentences) sentence.classList.add("current");
  if (!first.matches(".cited")) first.tabIndex = -1;
  first.focus({ preventScroll: true });
  hold(first, true);
  return true;
}

/** Bring a place into sight and leave the focus where it is. @param {Place} place */
async function follow(place) {
  if (!(await show(place.id))) return;
  leave();
  const [first] = sentencesAt(place);
  if (first) hold(first, true);
}

// Scrolling

const SETTLES = 1000; // milliseconds in which the layout around a target may still change
const STILL = 8; // frames without a change after which it has settled

/** @type {HTMLElement | null} What is held in its place in the pane. */
let held = null;

/**
 * Bring something into its place in the pane and hold it there until the layout has settled: blocks that were never in
 * sight get their height only now, and move what is below them. A reader who scrolls ends it.
 * @param {HTMLElement} target
 * @param {boolean} inMiddle or below the bar, where what is too tall for the middle is, too
 */
function hold(target, inMiddle) {
  const until = performance.now() + SETTLES;
  let still = 0;
  held = target;
  const step = () => {
    if (held !== target || !target.isConnected) return;
    const before = pane.scrollTop;
    pane.scrollTop += distanceOf(target, inMiddle);
    still = pane.scrollTop === before ? still + 1 : 0;
    if (still < STILL && performance.now() < until) requestAnimationFrame(step);
    else held = null;
  };
  step();
}

/**
 * Return how far something is below its place in the pane, in pixels.
 * @param {HTMLElement} target
 * @param {boolean} inMiddle
 */
function distanceOf(target, inMiddle) {
  const { bottom } = paneBar.getBoundingClientRect();
  const room = pane.getBoundingClientRect().bottom - bottom;
  const { top, height } = target.getBoundingClientRect();
  const free = inMiddle ? Math.max(GAP, (room - height) / 2) : GAP;
  return Math.round(top - bottom - free);
}

for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  pane.addEventListener(type, () => (held = null), { passive: true });
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
which.addEventListener("change", () => show(which.value));
jump.addEventListener("change", () => {
  const heading = jump.value && headings()[Number(jump.value)];
  if (heading) hold(heading, false);
  jump.value = "";
});
QA.get(element, ".back").addEventListener("click", () => QA.citations.back());

QA.register("source", { mark, goTo, follow, leave, read });
QA.words.onChange(labelPlaces);
QA.words.onChange(draw);
watch("value", draw);
draw();
