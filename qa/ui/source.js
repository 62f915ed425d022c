// value: {generation, sources: [{name, id, length}]}. server.read_source(id) gives a source's document:
// {name, id, language, blocks: [{kind, parts: [[text, start, end] | [text]], page?, time?}]}, offsets in code points of the source.
// Everything of a source is put in place as text.
const article = element.querySelector(".body");
const which = element.querySelector(".which select");
const jump = element.querySelector(".jump select");
const tags = { title: "h2", heading: "h3", text: "p", caption: "p", tail: "p" };
let drawn = null; // the id of the source that is in the pane
let wanted = null; // the last one asked for: a slower, earlier reply is dropped
let draft = null; // the id of a text that is read before it is indexed

async function show(id) {
  wanted = id;
  if (drawn === id) return true;
  let read;
  try {
    read = await server.read_source(id);
  } catch (error) {
    if (wanted === id) article.textContent = QA.say("source.failed");
    return false;
  }
  if (wanted !== id || !read.blocks) return false;
  if (read.language === "und") article.removeAttribute("lang");
  else article.lang = read.language;
  article.replaceChildren(...read.blocks.map((block) => blockElement(block, read)));
  labelPlaces();
  article.dir = QA.directionOf(article.textContent.slice(0, 1000));
  drawn = id;
  which.value = id;
  element.querySelector(".pane").scrollTop = 0;
  listSections();
  QA.markCited();
  return true;
}

function blockElement({ kind, parts, page, time }, { name }) {
  const block = document.createElement(tags[kind]);
  block.className = kind;
  block.dir = QA.directionOf(parts.map(([text]) => text).join("")); // its sentences stand in its order
  if (page) block.dataset.page = page;
  if (time) block.dataset.time = time;
  for (const [text, start, end] of parts) {
    if (start === undefined) {
      block.append(text);
      continue;
    }
    const sentence = document.createElement("span");
    sentence.className = "sentence";
    sentence.dataset.source = name;
    sentence.dataset.start = start;
    sentence.dataset.end = end;
    sentence.textContent = text;
    block.append(sentence);
  }
  return block;
}

// Where a page of a document or a moment of a film begins, beside the text and not in it.
function labelPlaces() {
  article.querySelectorAll("[data-page], [data-time]").forEach((block) => {
    block.dataset.place = block.dataset.time || QA.say("card.page", { page: Number(block.dataset.page) });
  });
}
QA.onLanguage(labelPlaces);

// From the list of texts: also one that is not among the sources yet.
async function read(id) {
  QA.show("source");
  draft = id;
  if (await show(id)) element.querySelector(".pane").focus();
}

function listSections() {
  const headings = [...article.querySelectorAll(".title, .heading")];
  const options = headings.map((heading, at) => new Option(heading.textContent, at));
  jump.replaceChildren(new Option(QA.say("source.jump.first"), ""), ...options);
  jump.closest("label").hidden = headings.length < 2;
}

// Every sentence that overlaps the place; a sentence cut for the model's window may be several.
function at({ start, end }) {
  return [...article.querySelectorAll(".sentence")].filter(
    (sentence) => Number(sentence.dataset.start) < end && start < Number(sentence.dataset.end),
  );
}

// places: [{id, start, end}], of the answer that is read now. Only what differs is touched: a sentence that loses its
// tabindex, if only for a moment, loses the focus too.
function mark(places) {
  const cited = new Set(places.filter((place) => place.id === drawn).flatMap(at));
  article.querySelectorAll(".cited").forEach((sentence) => {
    if (cited.has(sentence)) return;
    sentence.classList.remove("cited");
    if (!sentence.matches(".current")) sentence.removeAttribute("tabindex");
  });
  cited.forEach((sentence) => {
    sentence.classList.add("cited");
    sentence.tabIndex = 0;
  });
}

// A marked sentence leads back to its [n].
function light(event) {
  const sentence = event.target.closest(".cited");
  if (!sentence || String(getSelection())) return;
  event.preventDefault();
  QA.light({ id: drawn, start: Number(sentence.dataset.start), end: Number(sentence.dataset.end) });
}
article.addEventListener("click", light);
article.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") light(event);
});

async function goTo(place) {
  if (!(await show(place.id))) return false;
  leave();
  const sentences = at(place);
  if (!sentences.length) return false;
  sentences.forEach((sentence) => sentence.classList.add("current"));
  if (!sentences[0].matches(".cited")) sentences[0].tabIndex = -1;
  sentences[0].focus({ preventScroll: true });
  bring(sentences[0], "center");
  return true;
}

// Smoothly where it is near. Blocks that were never in sight take their height only on the way: hence once more.
function bring(target, block) {
  const pane = element.querySelector(".pane");
  const distance = Math.abs(target.getBoundingClientRect().top - pane.getBoundingClientRect().top);
  const near = distance < 3 * pane.clientHeight && !QA.calm();
  target.scrollIntoView({ block, behavior: near ? "smooth" : "instant" });
  if (!near) requestAnimationFrame(() => target.scrollIntoView({ block, behavior: "instant" }));
}

function leave() {
  article.querySelectorAll(".current").forEach((sentence) => {
    sentence.classList.remove("current");
    if (!sentence.matches(".cited")) sentence.removeAttribute("tabindex");
  });
}

function draw() {
  const { sources } = props.value;
  QA.label(element);
  element.querySelector(".pane").setAttribute("aria-label", QA.say("source.label"));
  which.replaceChildren(...sources.map((source) => new Option(source.name, source.id)));
  which.closest("label").hidden = sources.length < 2;
  const drafted = drawn !== null && drawn === draft;
  if (!sources.length && !drafted) {
    drawn = wanted = null;
    article.removeAttribute("lang");
    article.textContent = QA.say("source.empty");
    listSections();
    return;
  }
  const kept = drafted || sources.some((source) => source.id === drawn);
  if (kept) {
    which.value = drawn;
    listSections();
  } else {
    show(sources[0].id);
  }
}

which.addEventListener("change", () => show(which.value));
jump.addEventListener("change", () => {
  const heading = article.querySelectorAll(".title, .heading")[Number(jump.value)];
  if (jump.value && heading) bring(heading, "start");
  jump.value = "";
});
element.querySelector(".back").addEventListener("click", () => QA.goBack());
QA.pane = { mark, goTo, leave, read };
QA.onLanguage(draw);
watch("value", draw);
draw();
