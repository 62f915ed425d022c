// @ts-check
// Draws the blocks of a source, as document.py cuts them. Every unit becomes a .sentence with its offsets; the text of
// the elements is that of the source.

/** Kinds of blocks that are drawn as a part of something, and its tag. @type {Partial<Record<BlockKind, string>>} */
const GROUPS = { item: "ul", header: "table", border: "table", row: "table", code: "div" };
const WIDE = 4; // columns of a table that may not fit the pane

/** @type {Offered["blocks"]["draw"]} */
const draw = (blocks, name) => groups(blocks).map((group) => groupElement(group, name));

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
 * @param {string} name
 */
function groupElement(group, name) {
  const [first] = group;
  const tag = first && GROUPS[first.kind];
  const drawn = group.map((block) => (tag === "table" ? rowElement(block, name) : blockElement(block, name)));
  if (!first || !tag) return /** @type {HTMLElement} */ (drawn[0]);
  const holder = document.createElement(tag === "ul" ? "ul" : "div");
  holder.className = { ul: "list", table: "table", div: "listing" }[tag] ?? "";
  holder.dir = directionOf(group.flatMap(({ parts }) => parts));
  place(holder, first);
  if (tag === "table") {
    const table = document.createElement("table");
    table.append(...drawn);
    holder.append(table);
    if ((first.cells?.length ?? 0) > 2 * WIDE + 1) holder.tabIndex = 0; // it scrolls
  } else {
    holder.append(...drawn);
  }
  return holder;
}

/** @param {BlockPart[]} parts */
const directionOf = (parts) => QA.words.directionOf(parts.map(([text]) => text).join(""));

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
 * @param {string} name
 */
function blockElement(block, name) {
  const drawn = document.createElement(tagOf(block));
  drawn.className = block.kind;
  drawn.dir = directionOf(block.parts);
  if (!GROUPS[block.kind]) place(drawn, block);
  drawn.append(...partNodes(block.parts, name));
  if (block.mark) hideMark(drawn, block.mark);
  return drawn;
}

/**
 * Hide the signs that a heading begins with: they are part of the text, and its size says the same.
 * @param {HTMLElement} heading
 * @param {string} mark
 */
function hideMark(heading, mark) {
  const sentence = heading.querySelector(".sentence");
  if (!sentence) return;
  sentence.textContent = (sentence.textContent ?? "").slice(mark.length);
  sentence.prepend(bar(mark));
  heading.dataset.mark = mark;
}

/**
 * Return a row of a table. It is one sentence; what separates its cells is there, and hidden.
 * @param {Block} block
 * @param {string} name
 */
function rowElement({ kind, parts, cells }, name) {
  const row = document.createElement("tr");
  row.className = kind;
  const [unit] = parts;
  if (!cells || unit?.length !== 3) {
    const cell = row.insertCell();
    cell.colSpan = 1000;
    cell.append(...partNodes(parts, name));
    row.hidden = kind === "border";
    return row;
  }
  asSentence(row, unit, name);
  for (let at = 1; at < cells.length; at += 2) {
    const cell = document.createElement(kind === "header" ? "th" : "td");
    cell.dir = QA.words.directionOf(cells[at] ?? "");
    cell.append(bar(cells[at - 1]), cells[at] ?? "");
    if (at + 2 === cells.length) cell.append(bar(cells[at + 1]));
    row.append(cell);
  }
  return row;
}

/** @param {string | undefined} text */
function bar(text) {
  const hidden = document.createElement("span");
  hidden.className = "bar";
  hidden.textContent = text ?? "";
  return hidden;
}

/**
 * @param {BlockPart[]} parts
 * @param {string} name
 */
function partNodes(parts, name) {
  return parts.map((part) => (part.length === 3 ? sentenceElement(part, name) : part[0]));
}

/**
 * @param {[text: string, start: number, end: number]} part
 * @param {string} name
 */
function sentenceElement(part, name) {
  const sentence = document.createElement("span");
  asSentence(sentence, part, name);
  sentence.textContent = part[0];
  return sentence;
}

/**
 * @param {HTMLElement} drawn
 * @param {[text: string, start: number, end: number]} part
 * @param {string} name
 */
function asSentence(drawn, [, start, end], name) {
  drawn.classList.add("sentence");
  Object.assign(drawn.dataset, { source: name, start, end });
}

QA.register("blocks", { draw });
