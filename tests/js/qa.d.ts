// Types of the page's scripts (qa/ui/*.js). Only the type checker reads this file: it is neither served nor packaged.

/** A key of the language files: `qa/languages/en.json` has them all. */
type Word = keyof typeof import("../../qa/languages/en.json");
type Theme = "system" | "light" | "dark" | "contrast";
type View = "chat" | "source";

/** A span of a source's text. Offsets are 0-based code points, end exclusive; `id` is the source's id on the page. */
interface Place {
  id: string;
  start: number;
  end: number;
}

/** A place that the newest answer cites, and how it is called there: "[1]". */
interface Cited extends Place {
  label: string;
}

/** The parts of the source pane that its scripts share. */
interface PaneParts extends Scroller {
  article: HTMLElement;
  /** What scrolls. */
  pane: HTMLElement;
}

interface Scroller {
  /**
   * Bring something into its place in the pane and hold it there until the layout has settled: blocks that were never
   * in sight get their height only now, and move what is below them. A reader who scrolls ends it.
   *
   * `inMiddle`: or at the top, where what is too tall for the middle is, too.
   */
  hold(target: HTMLElement | Range, inMiddle: boolean): void;
}

/** A stretch of text in which words are looked for. Places are in UTF-16 units. */
interface Stretch {
  nodes: Text[];
  /** Where each node begins. */
  starts: number[];
  /** The text without differences of width and case. */
  folded: string;
  /** The places in the text of each unit of `folded`; null if they are the same. */
  places: { from: number[]; to: number[] } | null;
}

/** The ways to a source, and to a place in one. */
interface Ways {
  show(id: string): Promise<boolean>;
  follow(place: Place): Promise<void>;
}

interface Tabs {
  /** Draw the documents and the citations after something changed; what is missing is as before. */
  draw(now: {
    sources?: SourceInfo[];
    current?: Pick<SourceInfo, "id" | "name"> | null;
    cited?: Cited[];
    at?: Place;
  }): void;
  /** Keep the tab of the document in the pane when another one comes. */
  keep(): void;
}

// What the server sends

interface SourceInfo {
  name: string;
  id: string;
  length: number;
}

/** `overview` of document.py. */
interface Overview {
  generation: number;
  passages: number;
  questions: boolean;
  sources: SourceInfo[];
  /** The names of the texts that are not asked, as the server drew the chat; missing in a listing. */
  left_out: string[];
}

/** `listing` of listing.py: one text, ready or on its way. What is optional is missing while the text is ready. */
interface TextRow extends SourceInfo {
  indexed: boolean;
  state: "ready" | "held" | "waiting" | "embedding" | "failed";
  /** A few questions that the text answers. */
  questions?: string[];
  job?: number;
  kind?: "add" | "remove" | "rename" | "build" | "repair";
  new_name?: string;
  done?: number;
  total?: number;
  left?: number | null;
  sentence?: Piece[];
}

/** `TextsPanel.listed` of texts.py. */
interface Listing extends Omit<Overview, "left_out"> {
  /** Whether there is no index yet. */
  start: boolean;
  server: string;
  busy: boolean;
  rows: TextRow[];
  stamp: string;
  at: number;
}

/** `TextsPanel._form` of texts.py. */
interface Form {
  urls: boolean;
  sample: boolean;
  /** Whether what was sent last has been accepted. */
  accepted: boolean;
  stamp: string;
}

/** The elements of a row of the list. */
interface Row {
  row: TextRow;
  item: HTMLElement;
  ask: HTMLInputElement;
  name: HTMLElement;
  edit: HTMLInputElement;
  menu: HTMLElement;
  state: HTMLElement;
  bar: HTMLProgressElement;
  questions: HTMLElement;
  read: HTMLButtonElement;
  more: HTMLButtonElement;
  rename: HTMLButtonElement;
  replace: HTMLButtonElement;
  remove: HTMLButtonElement;
  cancel: HTMLButtonElement;
  undo: HTMLButtonElement;
  dismiss: HTMLButtonElement;
}

/** What a row reports. */
interface RowEvents {
  ask(row: TextRow, isAsked: boolean): void;
  read(row: TextRow): void;
  rename(row: TextRow, to: string): void;
  replace(row: TextRow): void;
  remove(row: TextRow): void;
  /** Cancel the row's job, also a removal that is held. */
  cancel(row: TextRow): void;
  /** Hide a failed job, or begin a held one. */
  dismiss(row: TextRow): void;
  question(row: TextRow, question: string): void;
  /** Hide the row's questions. */
  seen(row: TextRow): void;
}

/** The answer to a poll: the listing, or word that it is the one whose stamp was sent. */
type Poll = (Listing & { unchanged?: never }) | { unchanged: true; at: number };

/** A piece of a block: a sentence with its offsets, or what lies between two sentences. */
type BlockPart = UnitPart | [text: string];
/** `words` is the text once more, if it has signs of Markdown: words and signs in turn. */
type UnitPart = [text: string, start: number, end: number, words?: string[]];

type BlockKind =
  | "title"
  | "heading"
  | "text"
  | "lead-in"
  | "speaker"
  | "item"
  | "header"
  | "border"
  | "row"
  | "question"
  | "reply"
  | "caption"
  | "code"
  | "tail"
  | "rule";

interface Block {
  kind: BlockKind;
  parts: BlockPart[];
  /** How deep a heading is, from 1. */
  level?: number;
  /** How deep an item stands in a list, from 2; missing at the top. */
  depth?: number;
  /** Whether an item begins with a sign that is drawn as a bullet. */
  bullet?: boolean;
  /** What is between the cells of a row, and the cells, in turn; a cell with signs is words and signs in turn. */
  cells?: (string | string[])[];
  page?: number;
  time?: string;
}

/** `document` of document.py; empty if the source is not known. */
interface SourceDocument extends SourceInfo {
  language: string;
  blocks: Block[];
}

/** A piece of a sentence. Code, such as a command, is drawn as code. */
type Piece = [text: string, isCode: boolean];

/** `said` of parts.py. */
interface Line {
  pieces: Piece[];
  trouble: boolean;
  repairs: boolean;
}

/** `to_record` of records.py, as far as the page reads it. */
interface ConversationRecord {
  id: string;
  entries: RecordEntry[];
}

interface RecordEntry {
  kind: string;
  question?: string;
  asked_at?: string;
}

/** A conversation as the browser keeps it. */
interface KeptConversation {
  title?: string;
  updated?: number;
  record: ConversationRecord;
}

type KeptConversations = Record<string, KeptConversation>;

/** A quotation with its place: 0-based code points of the source, end exclusive. */
interface Quotation {
  source: string;
  start: number;
  end: number;
  quote: string;
}

/** What a visitor says of a reply. */
interface Rating {
  /** As it was searched for: a follow-up says here what it leaves out. */
  question: string;
  /** What [1] cites; null for an abstention. */
  cited: Quotation | null;
  /** The short answer, or "". */
  short: string;
  right: boolean;
  /** Of a wrong answer: whether the texts have no answer, or the sentence that answers. */
  nowhere: boolean;
  picked: Quotation | null;
  /** When it was said, in milliseconds since 1970. */
  at: number;
}

/** A line of a question set, see qa/evaluation/sets.py. */
interface RatedQuestion {
  id: string;
  question: string;
  answerable: boolean;
  answers: string[];
  evidence: Quotation[];
}

// What Gradio passes to the script of a component

declare const element: HTMLElement;
/** The component's properties; each script says which type its value has. */
declare const props: { readonly value: unknown };
/** Call the listener when Python sets the property. */
declare function watch(property: "value", listener: () => void): void;
/** Raise an event that page.py, texts.py or conversations.py listens to. */
declare function trigger<E extends keyof PageEvents>(
  ...event: PageEvents[E] extends null ? [E] : [E, PageEvents[E]]
): void;
declare const server: {
  read_source(id: string): Promise<SourceDocument | Record<string, never>>;
  list_texts(language: string, stamp: string): Promise<Poll>;
  repair_index(language: string): Promise<Listing>;
};

interface PageEvents {
  language: null;
  swapped: null;
  give: { do: "paste"; name: string; text: string } | { do: "fetch"; url: string } | { do: "sample" };
  act: { do: "remove" | "rename" | "cancel" | "dismiss"; name: string; job?: number; to?: string };
  choose: { left_out: string[] };
  open: { record: ConversationRecord };
  new: Record<string, never>;
  export: { format: string; title: string };
}

// QA: what the scripts share (qa.js)

/** Every value that more than one script reads. */
interface State {
  /** The interface's language tag. */
  language: string;
  theme: Theme;
  /** The pane in sight where a window is too narrow for both. */
  view: View;
  /** Whether the keys of one character are on. */
  singleKeys: boolean;
  /** Whether a question was sent and its answer has not arrived. */
  asking: boolean;
  /** The entry that the next question replaces, "conversation entry", or "". */
  revised: string;
  /** The newest listing, from a poll or from an event. */
  texts: Listing | null;
  /** The names of the texts that the visitor does not ask. */
  leftOut: Set<string>;
  /** The index that the page shows; see `indexState` of header.js. */
  drawn: string;
  /** Why the server cannot be reached, or "". */
  unheard: "" | "signin.over" | "header.lost";
}

/** The functions that each script offers, by the script's name. */
interface Offered {
  session: {
    readonly signedIn: boolean;
    load(key: string): string | null;
    save(key: string, value: string): void;
    keyOf(name: string): string;
    hasEnded(): Promise<boolean>;
    restoreDraft(): void;
  };
  words: {
    say(key: Word, values?: Record<string, string | number>): string;
    languages(): [tag: string, name: string][];
    choose(tag: string): void;
    onChange(listener: () => void): void;
    label(root: ParentNode): void;
    putSentence(element: HTMLElement, pieces: Piece[]): void;
    number(value: number): string;
    names(sources: { name: string }[]): string;
    timeLeft(seconds: number | null | undefined): string;
    directionOf(text: string): "ltr" | "rtl";
    apply(): void;
    areApplied(): boolean;
  };
  page: {
    setTheme(theme: Theme): void;
    setSingleKeys(on: boolean): void;
    show(view: View): void;
    question(): HTMLTextAreaElement | null;
    /** Where the focus goes when the chat comes back into sight: on a phone the keyboard would cover the answer. */
    home(): HTMLElement | null;
    focusQuestion(): void;
    isWide(): boolean;
    isCalm(): boolean;
    ready(): void;
  };
  blocks: { draw(blocks: Block[]): HTMLElement[] };
  sourceScroll: { on(pane: HTMLElement): Scroller };
  sourceTabs: { on(root: HTMLElement, ways: Ways): Tabs };
  sourceOutline: { on(root: HTMLElement, parts: PaneParts): { draw(): void; label(): void } };
  sourceText: {
    /** Return the stretches of text under an element in which words are looked for. */
    stretches(root: HTMLElement): Stretch[];
    /** Return where words are, in order. */
    find(within: Stretch[], sought: string): StaticRange[];
  };
  sourceFind: { on(root: HTMLElement, parts: PaneParts): { draw(): void; label(): void } };
  store: {
    read(key: string): Record<string, unknown> | null;
    // biome-ignore lint/suspicious/noExplicitAny: each caller knows what it keeps
    change(key: string, edit: (kept: Record<string, any>) => void): "" | "history.full" | "history.refused";
  };
  files: { save(name: string, type: string, text: string): void };
  records: {
    readonly key: string;
    readonly openKey: string;
    read(): KeptConversations | null;
    change(edit: (kept: KeptConversations) => void): "" | "history.full" | "history.refused";
    keep(record: ConversationRecord, last: string): "" | "history.full" | "history.refused";
    setOpen(id: string): void;
    openRecord(): string;
    questions(kept: { record?: ConversationRecord | null }): RecordEntry[];
    title(kept: { title?: string; record?: ConversationRecord | null } | undefined): string;
    newestFirst(kept: KeptConversations): [id: string, kept: KeptConversation][];
    newId(): string;
  };
  drawerRow: {
    draw(id: string, one: KeptConversation, isOpen: boolean): HTMLLIElement;
    idOf(button: HTMLElement): string;
    buttonOf(list: HTMLElement, id: string, act: string | undefined): HTMLElement | null;
  };
  arming: {
    isSure(button: HTMLElement): boolean;
    disarm(): boolean;
    isArmed(button: HTMLElement): boolean;
  };
  titleEdit: {
    start(button: HTMLElement, title: string, label: string, done: (title: string, hadFocus: boolean) => void): void;
  };
  citations: {
    follow(control: HTMLElement): Promise<void>;
    back(): void;
    markNewest(): void;
    showNewest(): void;
    light(place: Place): void;
    reveal(control: HTMLElement): void;
    classOf(element: Element, prefix: string): string;
    excerptOf(cite: Element): HTMLElement | null;
    messageOf(element: Element): HTMLElement | null;
  };
  tooltip: { hide(): void };
  ratings: {
    read(): Record<string, Rating>;
    all(): Rating[];
    keep(id: string, rating: Rating | null): "" | "history.full" | "history.refused";
    clear(): void;
    asSet(): string[];
  };
  rating: { draw(): void };
  chat: {
    write(question: string): HTMLTextAreaElement | null;
    ask(question: string): void;
    revise(entry: string): void;
    takeRevision(): string;
  };
  leftOut: {
    rename(name: string, newName: string): void;
    forget(name: string): void;
    follow(rows: TextRow[]): { changed: boolean; renamed: Map<string, string> };
    present(): TextRow[];
    asked(): TextRow[];
    names(): string[];
  };
  row: {
    make(row: TextRow, events: RowEvents): Row;
    /** `questions`: what the row offers; null while that is being looked for. */
    fill(own: Row, row: TextRow, questions: string[] | null): void;
    setText(part: HTMLElement, text: string): void;
  };
  panel: { open(): void; close(): void };
  drop: { box(): HTMLInputElement | null };
  header: {
    indexState(overview: Overview): string;
    setUnheard(reason: State["unheard"]): void;
    setStuck(reason: string): void;
    countRatings(): void;
    sayWhichAreAsked(): void;
  };
  shortcuts: { show(): void };
  source: {
    mark(cited: Cited[]): void;
    goTo(place: Place): Promise<boolean>;
    follow(place: Place): Promise<void>;
    leave(): void;
    read(id: string): Promise<void>;
  };
  adding: {
    choose(instead?: string): void;
    takeTarget(): string;
    draw(): void;
    show(isOpen: boolean): void;
  };
  listing: {
    draw(): void;
    /** Tell the server which texts are not asked. */
    choose(): void;
  };
  progress: {
    take(listing: Listing): void;
    compare(): void;
    repair(): Promise<void>;
  };
}

/** The scripts in the document's head; those of components come later. */
type InHead =
  | "session"
  | "words"
  | "page"
  | "blocks"
  | "sourceScroll"
  | "sourceTabs"
  | "sourceOutline"
  | "sourceText"
  | "sourceFind"
  | "store"
  | "files"
  | "records"
  | "drawerRow"
  | "arming"
  | "titleEdit"
  | "citations"
  | "tooltip"
  | "ratings"
  | "rating"
  | "chat"
  | "leftOut"
  | "row"
  | "panel"
  | "drop";

interface Shared extends Readonly<Pick<Offered, InHead>>, Readonly<Partial<Omit<Offered, InHead>>> {
  readonly state: State;
  /** Offer functions to the other scripts under this script's name. */
  register<Name extends keyof Offered>(name: Name, functions: Offered[Name]): void;
  /** Return the first match, or null if there is none of this kind. */
  find<T extends Element = HTMLElement>(root: ParentNode, selector: string, kind?: new () => T): T | null;
  /** Return the first match. Throw an error if there is none of this kind. */
  get<T extends Element = HTMLElement>(root: ParentNode, selector: string, kind?: new () => T): T;
  findAll(root: ParentNode, selector: string): HTMLElement[];
  /** Return the nearest match around an event's target, or null. */
  closest(event: Event, selector: string): HTMLElement | null;
  /** Return whether a key belongs to an input method, which confirms or cancels a conversion with it. */
  isComposing(event: KeyboardEvent): boolean;
}

declare const QA: Shared;
interface Window {
  QA: Shared;
}
