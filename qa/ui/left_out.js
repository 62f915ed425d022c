// @ts-check
// Which texts the visitor does not ask: QA.state.leftOut, kept while the panel of texts is closed. A text that is renamed
// stays left out; the mark of one that is removed goes, so that a new text of that name is asked.

/** @type {Map<string, string>} The renames that may still come about, by the old name. */
const renames = new Map();

/**
 * Bring the names up to date with the newest rows. Return whether any changed, and the renames that came about.
 * @type {Offered["leftOut"]["follow"]}
 */
function follow(rows) {
  const { leftOut } = QA.state;
  /** @type {Map<string, string>} */
  const renamed = new Map();
  const texts = rows.filter((row) => row.indexed);
  if (!texts.length) return { changed: false, renamed }; // no index can be read now, which says nothing of its texts
  const before = [...leftOut].join("\n");
  const names = new Set(texts.map((row) => row.name));
  for (const row of texts) noteRename(row);
  for (const [name, newName] of renames) {
    if (names.has(name)) continue;
    if (names.has(newName) && leftOut.has(name)) leftOut.add(newName);
    renamed.set(name, newName);
    renames.delete(name);
  }
  for (const name of leftOut) if (!names.has(name)) leftOut.delete(name);
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
});
