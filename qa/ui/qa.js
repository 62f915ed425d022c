// @ts-check
// Creates QA, the one object that the page's scripts share. Loaded first.
//
// QA.state holds every value that more than one script reads. Each script offers functions to the others by
// QA.register, under its own name: QA.chat.write is in chat.js. The object is sealed, and tests/js/qa.d.ts declares
// all that it holds.
//
// Every script is the body of a function. page.py puts these into the document's head, in this order:
//   qa.js            this
//   session.js       what belongs to one visitor: settings, the unsent question, the sign-in
//   words.js         the interface's sentences in the visitor's language
//   page.js          theme, the two views of a narrow window, the focus
//   sheet.js         the source as a sheet over the chat in a narrow window, and what the keyboard leaves of it
//   blocks.js        the blocks of a source: its headings, lists, tables
//   source_scroll.js what is brought into sight in the source pane, and held there
//   source_tabs.js   which sources are open or cited, and the next citation
//   source_outline.js the headings of a source
//   source_text.js   where words are in the text of a source
//   source_find.js   the field in which they are looked for
//   store.js         objects that the browser keeps
//   files.js         files saved for the visitor
//   records.js       the conversations that the browser keeps
//   drawer_row.js    one conversation in the drawer
//   arming.js        what deletes takes two presses
//   title_edit.js    a title that is edited in its place
//   citations.js     the way from [n] to its sentence in the source, and back
//   tooltip.js       the passage beside an [n] that is pointed at
//   ratings.js       what the visitor says of the answers: right or wrong
//   rating.js        the buttons for it below each answer
//   chat.js          the buttons of the chat, and what its messages lack
//   left_out.js      which texts the visitor asks, and which not
//   row.js           one row of the list of texts
//   panel.js         the panel of texts as a whole
//   accessibility.js what Gradio's components lack for the keyboard and for screen readers
//   drop.js          files dropped anywhere on the page
// Gradio runs the others, one for each component that we draw ourselves: header.js, shortcuts.js, revising.js, line.js,
// adding.js, listing.js, progress.js, source.js, conversations.js, download.js. They put JSON into the page as text, never as HTML.

/** @type {State} */
const state = {
  language: "en",
  theme: "system",
  view: "chat",
  singleKeys: true,
  asking: false,
  revised: "",
  texts: null,
  leftOut: new Set(),
  drawn: "",
  unheard: "",
};

/** @type {Record<keyof Offered, undefined>} */
const offered = {
  session: undefined,
  words: undefined,
  page: undefined,
  blocks: undefined,
  sourceScroll: undefined,
  sourceTabs: undefined,
  sourceOutline: undefined,
  sourceText: undefined,
  sourceFind: undefined,
  store: undefined,
  files: undefined,
  records: undefined,
  drawerRow: undefined,
  arming: undefined,
  titleEdit: undefined,
  citations: undefined,
  tooltip: undefined,
  ratings: undefined,
  rating: undefined,
  chat: undefined,
  leftOut: undefined,
  row: undefined,
  panel: undefined,
  drop: undefined,
  header: undefined,
  shortcuts: undefined,
  source: undefined,
  adding: undefined,
  listing: undefined,
  progress: undefined,
};

/** @type {Shared["find"]} */
function find(root, selector, kind) {
  const found = root.querySelector(selector);
  return found instanceof (kind ?? HTMLElement) ? /** @type {any} */ (found) : null;
}

/** @type {Shared["get"]} */
function get(root, selector, kind) {
  const found = find(root, selector, kind);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

/** @type {Shared["findAll"]} */
const findAll = (root, selector) => [...root.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);

/** @type {Shared["closest"]} */
function closest(event, selector) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}

/** @type {Shared["isComposing"]} */
const isComposing = (event) => event.isComposing || event.keyCode === 229; // Safari says 229 alone

/** @type {Shared["register"]} */
function register(name, functions) {
  Object.assign(shared, { [name]: Object.freeze(functions) });
}

const shared = Object.seal({
  state: Object.seal(state),
  register,
  find,
  get,
  findAll,
  closest,
  isComposing,
  ...offered,
});
window.QA = /** @type {Shared} */ (/** @type {unknown} */ (shared));
