// @ts-check
// Files: one dropped anywhere on the page is added. Files beyond the limit of one upload are left out, and named.

const AREA = "#text-files";
const BOX = `${AREA} input[type=file]`;
const OVER = 200; // ms without a "dragover" after which nothing is being dragged over the page any more
const root = document.documentElement;
const limit = Number(QA.get(document, 'meta[name="qa-upload"]', HTMLMetaElement).content); // bytes

/** @type {number | undefined} */
let over;

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
const bytes = (/** @type {FileList} */ files) => [...files].reduce((sum, file) => sum + file.size, 0);
const box = () => QA.find(document, BOX, HTMLInputElement);

/** @param {boolean} isDragged */
function showTarget(isDragged) {
  clearTimeout(over);
  root.toggleAttribute("data-dragged", isDragged);
  const target = QA.find(document, "#drop-target") ?? makeTarget();
  target.hidden = !isDragged;
  target.textContent = QA.words.say("sources.dropping");
}

function makeTarget() {
  const target = document.createElement("div");
  target.id = "drop-target";
  document.body.append(target);
  return target;
}

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault(); // else the browser would open the file
  showTarget(true);
  over = setTimeout(() => showTarget(false), OVER);
});

document.addEventListener(
  "drop",
  (event) => {
    const files = event.dataTransfer?.files;
    if (!files || !hasFiles(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    showTarget(false);
    QA.panel.open();
    const input = box();
    if (!input) return;
    QA.adding?.takeTarget(); // a file that is dropped replaces nothing
    put(input, bytes(files) > limit ? fitting(files) : files);
  },
  true,
);

// Gradio would refuse all files for one that is too large, in English. It never sees such a choice.
document.addEventListener(
  "change",
  (event) => {
    const input = box();
    if (!input || event.target !== input || !input.files || bytes(input.files) <= limit) return;
    event.stopImmediatePropagation();
    put(input, fitting(input.files));
  },
  true,
);

/** Return the files that fit into one upload, in order, and name the others. @param {FileList} files */
function fitting(files) {
  const kept = new DataTransfer();
  /** @type {string[]} */
  const tooMany = [];
  for (const file of files) {
    if (bytes(kept.files) + file.size <= limit) kept.items.add(file);
    else tooMany.push(file.name);
  }
  const line = QA.get(document, "#build-result .line");
  line.textContent = QA.words.say("sources.heavy", { name: tooMany.join(", "), limit: limit / 2 ** 20 });
  line.hidden = false;
  line.classList.add("trouble");
  line.scrollIntoView({ block: "nearest" });
  return kept.files;
}

/**
 * @param {HTMLInputElement} input
 * @param {FileList} files
 */
function put(input, files) {
  input.multiple = true; // also after one file was chosen to replace a text
  input.files = files;
  if (files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
}

QA.register("drop", { box });
