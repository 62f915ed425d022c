// @ts-check
// Finds words in the source: counts and marks them, and goes from one to the next. The browser's own search would also
// look through the chat, and knows no widths. Ctrl+F is left to it, except from within the pane, where the reader means
// the document; pressed again, in our field, it is the browser's.

const ALL = "found"; // names of highlights in source.css
const ONE = "found-now";

class Finder {
  /** @type {Stretch[] | null} The text of the source, folded; null until something is looked for. */
  #text = null;
  /** @type {StaticRange[]} */
  #found = [];
  /** The number of the one gone to. */
  #at = -1;

  /**
   * @param {HTMLElement} root
   * @param {PaneParts} parts
   */
  constructor(root, parts) {
    this.parts = parts;
    this.form = QA.get(root, ".find");
    this.field = QA.get(this.form, ".sought", HTMLInputElement);
    this.opener = QA.get(root, ".find-open");
    root.addEventListener("keydown", (event) => this.#press(event));
    this.field.addEventListener("input", () => this.#seek());
    this.opener.addEventListener("click", () => (this.form.hidden ? this.#open() : this.#close()));
    QA.get(this.form, ".previous").addEventListener("click", () => this.#step(-1));
    QA.get(this.form, ".next").addEventListener("click", () => this.#step(1));
    QA.get(this.form, ".close").addEventListener("click", () => this.#close());
  }

  label() {
    this.field.placeholder = QA.words.say("source.find.sought");
    this.field.setAttribute("aria-label", this.field.placeholder);
    this.#say();
  }

  /** Look through another document, or find out that there is none. */
  draw() {
    this.#text = null;
    this.opener.hidden = !QA.find(this.parts.article, ".sentence");
    if (this.opener.hidden) this.#close();
    else if (!this.form.hidden) this.#seek();
  }

  /** Look for what is in the field, and go to the first place that is in sight or below. */
  #seek() {
    this.#text ??= QA.sourceText.stretches(this.parts.article);
    this.#found = QA.sourceText.find(this.#text, this.field.value);
    this.#at = firstFrom(this.#found, this.parts.pane.getBoundingClientRect().top);
    highlight(ALL, this.#found);
    this.#paint();
  }

  /** @param {1 | -1} by */
  #step(by) {
    const { length } = this.#found;
    if (!length) return;
    this.#at = (this.#at + by + length) % length;
    this.#paint();
  }

  /** Mark the place gone to, and bring it into sight. */
  #paint() {
    const one = this.#found[this.#at];
    highlight(ONE, one ? [one] : []);
    this.#say();
    if (one) this.parts.hold(liveRange(one), true);
  }

  /** Say how many places there are, and which is the one gone to. */
  #say() {
    const { say } = QA.words;
    const total = this.#found.length;
    const said = total ? say("source.find.at", { n: this.#at + 1, total }) : say("source.find.none");
    QA.get(this.form, ".count").textContent = this.field.value.trim() ? said : "";
    for (const button of this.form.querySelectorAll("button:not(.close)")) button.toggleAttribute("disabled", !total);
  }

  #open() {
    this.form.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.field.focus();
    this.field.select();
    this.#seek();
  }

  #close() {
    if (this.form.contains(document.activeElement)) this.parts.pane.focus({ preventScroll: true });
    this.form.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    this.#found = [];
    highlight(ALL, []);
    highlight(ONE, []);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (QA.isComposing(event)) return;
    const isInField = event.target === this.field;
    if (isFindKey(event) && !isInField && !this.opener.hidden) {
      event.preventDefault();
      this.#open();
    }
    if (event.key === "Enter" && isInField) this.#step(event.shiftKey ? -1 : 1);
    if (event.key === "Escape" && QA.closest(event, ".find")) {
      event.preventDefault(); // the sheet stays
      this.#close();
    }
  }
}

/** @param {KeyboardEvent} event */
function isFindKey({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  return key.toLowerCase() === "f" && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

/**
 * Return the number of the first range that ends below a height; 0 if none does.
 * @param {StaticRange[]} found
 * @param {number} height
 */
function firstFrom(found, height) {
  let [from, to] = [0, found.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const bottom = found[middle]?.startContainer.parentElement?.getBoundingClientRect().bottom ?? 0;
    if (bottom < height) from = middle + 1;
    else to = middle;
  }
  return from < found.length ? from : 0;
}

/** @param {StaticRange} range */
function liveRange({ startContainer, startOffset, endContainer, endOffset }) {
  const range = document.createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  return range;
}

/**
 * @param {string} name
 * @param {StaticRange[]} ranges
 */
function highlight(name, ranges) {
  const marks = new Highlight();
  for (const range of ranges) marks.add(range);
  marks.priority = name === ONE ? 1 : 0;
  CSS.highlights.set(name, marks);
}

QA.register("sourceFind", { on: (root, parts) => new Finder(root, parts) });
