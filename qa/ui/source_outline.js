// @ts-check
// The headings of a source: a list beside the text where there is room, a menu where not (source_bar.css decides). The
// heading that the reader is under is marked while the text scrolls.

const NEAR = 32; // pixels below the top of the pane: a heading that is gone to stands there

class Outline {
  /** @type {HTMLElement[]} */
  #headings = [];
  /** @type {HTMLElement[]} The button of each. */
  #entries = [];
  /** The number of the heading that the reader is under. */
  #present = -1;
  #isDue = false;

  /**
   * @param {HTMLElement} root
   * @param {PaneParts} parts
   */
  constructor(root, parts) {
    this.parts = parts;
    this.nav = QA.get(root, ".outline");
    this.opener = QA.get(root, ".outline-open");
    this.opener.addEventListener("click", () => (this.#isOpen() ? this.#close() : this.#open()));
    this.nav.addEventListener("click", (event) => this.#go(QA.closest(event, "button")));
    this.nav.addEventListener("keydown", (event) => this.#press(event));
    parts.pane.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    document.addEventListener("pointerdown", (event) => {
      if (!QA.closest(event, "#source :is(.outline, .outline-open)")) this.#close();
    });
  }

  label() {
    this.nav.setAttribute("aria-label", QA.words.say("source.outline"));
  }

  draw() {
    this.#headings = QA.findAll(this.parts.article, ".title, .heading");
    this.#entries = this.#headings.map(entryFor);
    this.#present = -1;
    QA.get(this.nav, "ol").replaceChildren(...this.#entries.map(itemOf));
    this.nav.hidden = this.opener.hidden = this.#headings.length < 2;
    this.#close();
    this.#markPresent();
  }

  #scrolled() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#markPresent();
    });
  }

  /** Mark the last heading that is above the text in sight; at the end of the text, the last one of all. */
  #markPresent() {
    const { pane } = this.parts;
    const isAtEnd = pane.scrollTop > 0 && pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 2;
    const top = isAtEnd ? Number.POSITIVE_INFINITY : pane.getBoundingClientRect().top + NEAR;
    let [from, to] = [0, this.#headings.length]; // the tops of headings are in order
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#headings[middle]?.getBoundingClientRect().top ?? 0) <= top) from = middle + 1;
      else to = middle;
    }
    this.#mark(Math.max(0, from - 1));
  }

  /** @param {number} at */
  #mark(at) {
    if (at === this.#present) return;
    const entry = this.#entries[at];
    this.#entries[this.#present]?.removeAttribute("aria-current");
    this.#present = at;
    QA.get(this.opener, ".now").textContent = entry?.textContent ?? "";
    entry?.setAttribute("aria-current", "location");
    if (!this.nav.contains(document.activeElement)) this.#reach(at);
  }

  /** Let Tab lead to one entry, from where the arrow keys lead to the others. @param {number} at */
  #reach(at) {
    for (const other of QA.findAll(this.nav, '[tabindex="0"]')) other.tabIndex = -1;
    const entry = this.#entries[at];
    if (!entry) return;
    entry.tabIndex = 0;
    const { top, bottom } = entry.getBoundingClientRect();
    const room = this.nav.getBoundingClientRect();
    if (top < room.top || bottom > room.bottom) this.nav.scrollTop += top - room.top - room.height / 3;
  }

  /** Whether it is open as a menu. */
  #isOpen() {
    return this.nav.matches(".open");
  }

  #open() {
    this.nav.classList.add("open");
    this.opener.setAttribute("aria-expanded", "true");
    this.#focus(this.#present);
  }

  #close() {
    this.nav.classList.remove("open");
    this.opener.setAttribute("aria-expanded", "false");
  }

  /** @param {number} at */
  #focus(at) {
    this.#reach(at);
    this.#entries[at]?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement | null} entry */
  #go(entry) {
    const heading = entry && this.#headings[this.#entries.indexOf(entry)];
    if (!heading) return;
    if (this.#isOpen()) this.parts.pane.focus({ preventScroll: true });
    this.#close();
    this.parts.hold(heading, false);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key === "Escape" && this.#isOpen()) {
      event.preventDefault(); // the sheet stays
      this.#close();
      this.opener.focus();
    }
    const here = this.#entries.indexOf(/** @type {HTMLElement} */ (event.target));
    const last = this.#entries.length - 1;
    const next = { ArrowDown: Math.min(here + 1, last), ArrowUp: Math.max(here - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#focus(next);
  }
}

/** @param {HTMLElement} heading */
function entryFor(heading) {
  const entry = document.createElement("button");
  entry.type = "button";
  entry.tabIndex = -1;
  entry.dir = heading.dir;
  entry.dataset.level = String(Math.max(1, Number(heading.tagName.slice(1)) - 2));
  const words = /** @type {HTMLElement} */ (heading.cloneNode(true));
  for (const hidden of QA.findAll(words, ".bar")) hidden.remove(); // signs of Markdown
  entry.title = entry.textContent = (words.textContent ?? "").trim();
  return entry;
}

/** @param {HTMLElement} entry */
function itemOf(entry) {
  const item = document.createElement("li");
  item.append(entry);
  return item;
}

QA.register("sourceOutline", { on: (root, parts) => new Outline(root, parts) });
