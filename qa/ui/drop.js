// @ts-check
// Files: one dropped anywhere on the page opens the panel of texts and goes into its box. Files beyond the limit of one
// upload are left out, and named.

const AREA = "#text-files";
const BOX = `${AREA} input[type=file]`;
const limit = Number(QA.get(document, 'meta[name="qa-upload"]', HTMLMetaElement).content); // bytes

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
const bytes = (/** @type {FileList} */ files) => [...files].reduce((sum, file) => sum + file.size, 0);
const box = () => QA.find(document, BOX, HTMLInputElement);

document.addEventListener("dragover", (event) => {
  if (hasFiles(event) && !QA.closest(event, AREA)) event.preventDefault(); // else the browser would open the file
});

document.addEventListener("drop", async (event) => {
  const files = event.dataTransfer?.files; // read now: the event holds none once it is over
  if (!files || !hasFiles(event) || QA.closest(event, AREA)) return;
  event.preventDefault();
  QA.page.show("source");
  if (!box()) QA.find(document, "#sources > button")?.click();
  const input = await boxOnceOpen();
  if (!input) return;
  put(input, files);
  input.closest(AREA)?.scrollIntoView({ block: "nearest" });
});

// Gradio would refuse all files for one that is too large, in English. It never sees such a choice.
/**
 * @param {Event} event
 * @param {FileList | null | undefined} files
 */
function leaveOutHeavyFiles(event, files) {
  const input = box();
  if (!files || !input || !QA.closest(event, AREA) || bytes(files) <= limit) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  put(input, fitting(files));
}
document.addEventListener(
  "change",
  (event) => event.target instanceof HTMLInputElement && leaveOutHeavyFiles(event, event.target.files),
  true,
);
document.addEventListener(
  "drop",
  (event) => hasFiles(event) && leaveOutHeavyFiles(event, event.dataTransfer?.files),
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
  input.files = files;
  if (files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Return the box once the panel has opened, or null after two seconds. */
async function boxOnceOpen() {
  for (let tries = 0; tries < 40; tries++) {
    const found = box();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}
