// @ts-check
// Draws the blocks of a source, as document.py cuts them. Every unit becomes a .sentence with its offsets; the text of
// the elements is that of the source.

/** Kinds of blocks that are drawn as a part of something, and its tag. @type {Partial<Record<BlockKind, string>>} */
const GROUPS = { item: "ul", header: "table", border: "table", row: "table", code: "div" };
const WIDE = 4; // columns of a table that may not fit the pane

// The browser leaves out the layout of parts that are out of sight (source.css). It looks at every part in every frame,
// so that one for each block would take longer than what it saves.
const PART = 40; // blocks in a part; it ends before the next heading
const LONGEST_PART = 80;

/** Letters that may run from right to left. Most texts have none, and then no block is looked at by itself. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
let runsLeft = false;

/** @type {Offered["blocks"]["draw"]} */
function draw(blocks) {
  /** @type {HTMLElement[]} */
  const parts = [];
  runsLeft = blocks.some((block) => block.parts.some(([text]) => RIGHT_TO_LEFT.test(text)));
  let size = LONGEST_PART;
  for (const group of groups(blocks)) {
    if (size >= LONGEST_PART || (size >= PART && group[0]?.kind === "heading")) {
      const part = document.createElement("div");
      part.className = "part";
      parts.push(part);
      size = 0;
    }
    parts.at(-1)?.append(groupElement(group));
    size += group.length;
  }
  return parts;
}

/** Return the blocks, with the items of a list, the rows of a table and the lines of code together. @param {Block[]} all */
function groups(all) {
  /** @type {Block[][]} */
  const found = [];
  for (const block of all) {
    const group = found.at(-1);
    const tag = GROUPS[block.kind];
    const begins = !tag || block.kind === "header" || block.page || block.time;
    if (!begins && group?.[0] && GROUPS[group[0].kind] === tag) group.push(block);
    else found.push([block]);
  }
  return found;
}

/**
 * @param {Block[]} group
 */
function groupElement(group) {
  const [first] = group;
  const tag = first && GROUPS[first.kind];
  if (!first || !tag) return blockElement(/** @type {Block} */ (first));
  const holder = tag === "ul" ? listElement(group) : document.createElement("div");
  holder.classList.add({ ul: "list", table: "table", div: "listing" }[tag] ?? "");
  holder.dir = directionOf(group.flatMap(({ parts }) => parts));
  place(holder, first);
  if (tag === "table") {
    const table = document.createElement("table");
    table.append(...group.map((block) => rowElement(block)));
    holder.append(table);
    if ((first.cells?.length ?? 0) > 2 * WIDE + 1) holder.tabIndex = 0; // it scrolls
  } else if (tag === "div") {
    holder.append(...group.map((block) => blockElement(block)));
  }
  return holder;
}

/**
 * Return the items of a list, each list within another in the item before it.
 * @param {Block[]} items
 */
function listElement(items) {
  const top = document.createElement("ul");
  const open = [{ list: top, depth: items[0]?.depth ?? 1 }]; // the lists around an item, outermost first
  top.dataset.depth = String(open[0]?.depth);
  for (const item of items) {
    const depth = item.depth ?? 1;
    while (open.length > 1 && (open.at(-1)?.depth ?? 0) > depth) open.pop();
    const around = open.at(-1);
    const before = around?.list.lastElementChild;
    if (around && before && around.depth < depth) {
      const list = document.createElement("ul");
      list.className = "list";
      before.append(list);
      open.push({ list, depth });
    }
    open.at(-1)?.list.append(blockElement(item));
  }
  return top;
}

/** @param {BlockPart[]} parts */
const directionOf = (parts) => (runsLeft ? QA.words.directionOf(parts.map(([text]) => text).join("")) : "ltr");

/**
 * @param {HTMLElement} drawn
 * @param {Block} block
 */
function place(drawn, { page, time }) {
  if (page) drawn.dataset.page = String(page);
  if (time) drawn.dataset.time = time;
}

/** @param {Block} block */
function tagOf({ kind, level }) {
  if (kind === "title") return "h2";
  if (kind === "heading") return `h${Math.min(2 + (level ?? 1), 6)}`;
  return kind === "item" ? "li" : "p";
}

/**
 * @param {Block} block
 */
function blockElement(block) {
  const drawn = document.createElement(tagOf(block));
  drawn.className = block.kind;
  drawn.dir = directionOf(block.parts);
  if (!GROUPS[block.kind]) place(drawn, block);
  if (block.bullet) drawn.classList.add("bullet");
  drawn.append(...partNodes(block.parts));
  return drawn;
}

/**
 * Return a row of a table. It is one sentence; what separates its cells is there, and hidden.
 * @param {Block} block
 */
function rowElement({ kind, parts, cells }) {
  const row = document.createElement("tr");
  row.className = kind;
  const [unit] = parts;
  if (!cells || !unit || unit.length === 1) {
    const cell = row.insertCell();
    cell.colSpan = 1000;
    cell.append(...partNodes(parts));
    row.hidden = kind === "border";
    return row;
  }
  asSentence(row, unit);
  for (let at = 1; at < cells.length; at += 2) {
    const words = [cells[at] ?? ""].flat();
    const cell = document.createElement(kind === "header" ? "th" : "td");
    cell.dir = runsLeft ? QA.words.directionOf(words.join("")) : "ltr";
    cell.append(bar(cells[at - 1]), ...wordNodes(words, new Set()));
    if (at + 2 === cells.length) cell.append(bar(cells[at + 1]));
    row.append(cell);
  }
  return row;
}

/** Return a hidden element for what is part of the text and need not be seen. @param {string | string[] | undefined} text */
function bar(text) {
  const hidden = document.createElement("span");
  hidden.className = "bar";
  hidden.textContent = String(text ?? "");
  return hidden;
}

/** Signs of Markdown, and the class of what is between two of them. @type {[sign: RegExp, style: string][]} */
const SIGNS = [
  [/^\*{2,3}$/, "strong"],
  [/^(?:\*|\*{3})$/, "emphasis"],
  [/^`+$/, "verbatim"],
  [/^~~$/, "struck"],
];

/**
 * Return words as they are marked up, and the signs hidden.
 * @param {string[]} words and signs in turn
 * @param {Set<string>} styles in force: a sign may be in one sentence, and the one that ends it in the next
 */
function wordNodes(words, styles) {
  return words.map((text, at) => {
    if (at % 2) {
      for (const [sign, style] of SIGNS) if (sign.test(text) && !styles.delete(style)) styles.add(style);
      return bar(text);
    }
    if (!styles.size || !text) return text;
    const marked = document.createElement("span");
    marked.className = [...styles].join(" ");
    marked.textContent = text;
    return marked;
  });
}

/**
 * @param {BlockPart[]} parts
 */
function partNodes(parts) {
  /** @type {Set<string>} */
  const styles = new Set();
  return parts.map((part) => (part.length === 1 ? part[0] : sentenceElement(part, styles)));
}

/**
 * @param {UnitPart} part
 * @param {Set<string>} styles
 */
function sentenceElement(part, styles) {
  const sentence = document.createElement("span");
  asSentence(sentence, part);
  sentence.append(...wordNodes(part[3] ?? [part[0]], styles));
  return sentence;
}

/**
 * @param {HTMLElement} drawn
 * @param {UnitPart} part
 */
function asSentence(drawn, [, start, end]) {
  drawn.classList.add("sentence");
  drawn.setAttribute("data-start", String(start)); // a dataset takes four times as long
  drawn.setAttribute("data-end", String(end));
}

QA.register("blocks", { draw });
