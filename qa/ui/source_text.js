// @ts-check
// Finds words in the text that the pane draws. Width and case make no difference (Ａ is a, ｶﾞ is ガ); hiragana and
// katakana do. Words may be cut by the end of a line, and are never looked for across two blocks or cells.

const BLOCKS = /^(?:P|H[1-6]|LI|TD|TH)$/;
const HIDDEN = ".bar, [hidden]";
/** Text in which each character folds to one: nothing composed, no ligature, no abbreviation in a square. */
const PLAIN = /^[\t\n\r -~\u3000-\u3098\u309d\u309e\u30a0-\u30fe\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]*$/;
const CLUSTERS = /[\s\S][\p{M}\uff9e\uff9f]*/gu; // a character and what is combined with it, as in ｶﾞ
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;
const OVER_LINES = "(?:[^\\S\\n]*\\n\\s*)?";

/** @param {string} text */
const fold = (text) => text.normalize("NFKC").toLowerCase();

/** @type {Offered["sourceText"]["stretches"]} */
function stretches(root) {
  /** @type {Text[][]} */
  const found = [[]];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof HTMLElement && node.matches(HIDDEN) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) found.at(-1)?.push(node);
    else if (BLOCKS.test(node.nodeName)) found.push([]);
  }
  return found.filter((nodes) => nodes.length).map(stretchOf);
}

/** @param {Text[]} nodes @returns {Stretch} */
function stretchOf(nodes) {
  let length = 0;
  const starts = nodes.map((node) => {
    const start = length;
    length += node.length;
    return start;
  });
  const text = nodes.map((node) => node.data).join("");
  if (PLAIN.test(text)) return { nodes, starts, folded: fold(text), places: null };
  let folded = "";
  /** @type {{ from: number[], to: number[] }} */
  const places = { from: [], to: [] };
  for (const { 0: cluster, index } of text.matchAll(CLUSTERS)) {
    const own = fold(cluster);
    folded += own;
    for (let at = 0; at < own.length; at += 1) {
      places.from.push(index);
      places.to.push(index + cluster.length);
    }
  }
  return { nodes, starts, folded, places };
}

/** @type {Offered["sourceText"]["find"]} */
function find(within, sought) {
  const pattern = patternOf(sought);
  if (!pattern) return [];
  return within.flatMap((stretch) =>
    [...stretch.folded.matchAll(pattern)].map(({ 0: words, index }) => {
      const [first, last] = [index, index + words.length - 1];
      return rangeOf(stretch, stretch.places?.from[first] ?? first, stretch.places?.to[last] ?? last + 1);
    }),
  );
}

/** Return the pattern of what is sought in folded text; null if that is nothing. @param {string} sought */
function patternOf(sought) {
  const words = fold(sought).trim().split(/\s+/);
  if (!words[0]) return null;
  return new RegExp(words.map(patternOfWord).join("\\s+"), "g");
}

/** Return the pattern of a word. Where no spaces are written, a line may end within it. @param {string} word */
function patternOfWord(word) {
  const letters = [...word];
  return letters
    .map((letter, at) => {
      const before = letters[at - 1];
      return (before && before > "\u2e7f" && letter > "\u2e7f" ? OVER_LINES : "") + letter.replace(SYNTAX, "\\$&");
    })
    .join("");
}

/**
 * @param {Stretch} stretch
 * @param {number} start
 * @param {number} end
 */
function rangeOf({ nodes, starts }, start, end) {
  const [first, last] = [nodeAt(starts, start), nodeAt(starts, end - 1)];
  return new StaticRange({
    startContainer: /** @type {Text} */ (nodes[first]),
    startOffset: start - (starts[first] ?? 0),
    endContainer: /** @type {Text} */ (nodes[last]),
    endOffset: end - (starts[last] ?? 0),
  });
}

/**
 * @param {number[]} starts
 * @param {number} at
 */
function nodeAt(starts, at) {
  const after = starts.findIndex((start) => start > at);
  return after < 0 ? starts.length - 1 : after - 1;
}

QA.register("sourceText", { stretches, find });
