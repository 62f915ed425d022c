// @ts-check
// Which texts the visitor asks: all but QA.state.leftOut and those that are being removed. A text that is renamed stays
// left out; the mark of one that is removed goes, so that a new text of that name is asked.

/** @type {Map<string, string>} The renames that may still come about, by the old name. */
const renames = new Map();

const texts = () => (QA.state.texts?.rows ?? []).filter((row) => row.indexed);
const isLeaving = (/** @type {TextRow} */ row) => row.kind === "remove" && row.state !== "failed";

/** Return the texts that are there, without those that are being removed. */
const present = () => texts().filter((row) => !isLeaving(row));

/** Return those of them that are asked. */
const asked = () => present().filter((row) => !QA.state.leftOut.has(row.name));

/** Return the names of all texts that are not asked, as the server has to know them. */
const names = () => [
  ...new Set([
    ...QA.state.leftOut,
    ...texts()
      .filter(isLeaving)
      .map((row) => row.name),
  ]),
];

/**
 * Bring the names up to date with the newest rows. Return whether any changed, and the renames that came about.
 * @type {Offered["leftOut"]["follow"]}
 */
function follow(rows) {
  const { leftOut } = QA.state;
  /** @type {Map<string, string>} */
  const renamed = new Map();
  const indexed = rows.filter((row) => row.indexed);
  if (!indexed.length) return { changed: false, renamed }; // no index can be read now, which says nothing of its texts
  const before = [...leftOut].join("\n");
  const there = new Set(indexed.map((row) => row.name));
  for (const row of indexed) noteRename(row);
  for (const [name, newName] of renames) {
    if (there.has(name)) continue;
    if (there.has(newName) && leftOut.has(name)) leftOut.add(newName);
    renamed.set(name, newName);
    renames.delete(name);
  }
  for (const name of leftOut) if (!there.has(name)) leftOut.delete(name);
  return { changed: [...leftOut].join("\n") !== before, renamed };
}

/** @param {TextRow} row */
function noteRename(row) {
  if (row.kind !== "rename" || row.new_name === undefined) return;
  if (row.state === "failed") renames.delete(row.name);
  else renames.set(row.name, row.new_name);
}

QA.register("leftOut", {
  rename: (name, newName) => void renames.set(name, newName),
  forget: (name) => void renames.delete(name),
  follow,
  present,
  asked,
  names,
});
