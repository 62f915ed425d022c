// @ts-check
// Which document is in the pane, which others the newest answer cites, and the way from one citation to the next.

class TabRow {
  /** @type {SourceInfo[]} */
  #sources = [];
  /** @type {Pick<SourceInfo, "id" | "name"> | null} The document in the pane. */
  #current = null;
  /** @type {Cited[]} What the newest answer cites. */
  #cited = [];
  /** @type {Place | null} Where the reader went last. */
  #at = null;
  /** @type {Set<string>} The ids of the documents that the reader has chosen since that answer. */
  #opened = new Set();

  /**
   * @param {HTMLElement} root
   * @param {Ways} ways
   */
  constructor(root, ways) {
    this.root = root;
    this.tabs = QA.get(root, ".tabs");
    this.others = QA.get(root, ".others", HTMLSelectElement);
    this.ways = ways;
    this.tabs.addEventListener("click", (event) => this.#open(QA.closest(event, "button")?.dataset.id));
    this.others.addEventListener("change", () => this.#open(this.others.value));
    QA.get(root, ".steps .previous").addEventListener("click", () => this.#step(-1));
    QA.get(root, ".steps .next").addEventListener("click", () => this.#step(1));
  }

  /** @type {Tabs["draw"]} */
  draw({ sources, current, cited, at }) {
    if (cited && JSON.stringify(cited) !== JSON.stringify(this.#cited)) this.#opened.clear();
    this.#sources = sources ?? this.#sources;
    this.#cited = cited ?? this.#cited;
    this.#at = at ?? this.#at;
    if (current !== undefined) this.#current = current;
    this.#drawTabs();
    this.#drawSteps();
  }

  /** Keep the tab of the document in the pane when another one comes. */
  keep() {
    if (this.#current) this.#opened.add(this.#current.id);
  }

  #drawTabs() {
    const { say } = QA.words;
    const names = new Map(this.#sources.map(({ id, name }) => [id, name]));
    const { id: open = "", name: title = "" } = this.#current ?? {};
    const ids = new Set([...this.#cited.map(({ id }) => id), ...this.#opened, open]);
    const shown = [...ids].filter((id) => names.has(id) || (id && id === open));
    const focused = document.activeElement instanceof HTMLElement && document.activeElement.dataset.id;
    const hadFocus = this.tabs.contains(document.activeElement);
    this.tabs.setAttribute("aria-label", say("source.documents"));
    this.tabs.replaceChildren(...shown.map((id) => this.#tab(id, names.get(id) ?? title)));
    const rest = this.#sources.filter(({ id }) => !shown.includes(id));
    const options = rest.map(({ id, name }) => new Option(name, id));
    this.others.replaceChildren(new Option(say("source.others"), ""), ...options);
    this.others.setAttribute("aria-label", say("source.others"));
    this.others.hidden = !rest.length;
    QA.get(this.root, ".documents").hidden = shown.length + rest.length < 2;
    const all = QA.findAll(this.tabs, "button");
    if (hadFocus) all.find((tab) => tab.dataset.id === focused)?.focus();
    const tab = all.find((one) => one.dataset.id === open);
    if (tab) this.tabs.scrollLeft += tab.getBoundingClientRect().left - this.tabs.getBoundingClientRect().left;
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #tab(id, name) {
    const tab = document.createElement("button");
    const title = document.createElement("bdi");
    const numbers = document.createElement("span");
    tab.type = "button";
    tab.dataset.id = id;
    tab.title = title.textContent = name;
    numbers.className = "numbers";
    numbers.textContent = this.#cited
      .filter((one) => one.id === id)
      .map(({ label }) => label)
      .join("");
    tab.append(title, " ", numbers);
    if (id === this.#current?.id) tab.setAttribute("aria-current", "true");
    return tab;
  }

  /** Say at which of the citations the reader is, if at one. */
  #drawSteps() {
    const steps = QA.get(this.root, ".steps");
    const at = QA.get(steps, ".at");
    const text = QA.words.say("source.steps.at", { n: this.#number() || "–", total: this.#cited.length });
    if (at.textContent !== text) at.textContent = text; // what is written again is read out again
    steps.setAttribute("aria-label", QA.words.say("source.steps"));
    steps.hidden = !this.#cited.length;
  }

  /** Return the number of the citation that the reader went to, from 1; 0 for another place. */
  #number() {
    const { id, start, end } = this.#at ?? {};
    return this.#cited.findIndex((one) => one.id === id && one.start === start && one.end === end) + 1;
  }

  /** Open a document at its first citation, or at its beginning. @param {string | undefined} id */
  async #open(id) {
    if (!id || id === this.#current?.id) return;
    const first = this.#cited.find((one) => one.id === id);
    if (first) await this.ways.follow(first);
    else if (await this.ways.show(id)) this.keep();
  }

  /** Go to the citation before or after this one, round and round. @param {1 | -1} by */
  #step(by) {
    const here = this.#number() - 1;
    const first = by > 0 ? 0 : -1;
    const next = this.#cited.at(here < 0 ? first : (here + by) % this.#cited.length);
    if (next) this.ways.follow(next);
  }
}

QA.register("sourceTabs", { on: (root, ways) => new TabRow(root, ways) });
