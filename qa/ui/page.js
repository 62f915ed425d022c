// What the page's parts share: words, theme, the two views of a narrow window. Loaded before them all.
//   page.js      this: QA.say, QA.setLanguage, QA.setTheme, QA.show
//   session.js   one visitor's own: what is kept, the draft, whether they are still let in
//   chat.js      the chat's own behaviour: citations, copy, the Enter of an input method
//   repairs.js     what Gradio's own parts lack for the keyboard and a screen reader
//   shortcuts.js the keys, and the list of them
//   drop.js      files dropped anywhere on the page
//   header.js, source.js, listing.js, progress.js, line.js, revising.js, conversations.js, download.js: one part each,
//                drawn from its JSON value as text
(() => {
  const words = JSON.parse(document.getElementById("qa-words").textContent);
  const listeners = [];
  const kept = {
    get: (key) => {
      try {
        return localStorage.getItem("cited-qa." + key);
      } catch {
        return null; // the browser refuses storage: the choice lasts as long as the page
      }
    },
    set: (key, value) => {
      try {
        localStorage.setItem("cited-qa." + key, value);
      } catch {
        /* as above */
      }
    },
  };

  const QA = (window.QA = { language: "en", theme: kept.get("theme") || "system", view: "chat", pane: null, asking: false });

  // The first tag that has words: as it is, else those of its language (zh-CN finds zh-Hans).
  const known = Object.keys(words);
  const first = (tag) => tag.split("-")[0];
  const pick = (tags) =>
    tags.map((tag) => known.find((own) => own === tag) || known.find((own) => first(own) === first(tag))).find(Boolean) || "en";

  QA.languages = () => Object.entries(words).map(([tag, own]) => [tag, own.name]);
  // As in words.py: numbers are written, and count decides between forms, as the language does.
  QA.say = (key, values = {}) => {
    const own = words[QA.language][key];
    const sentence = typeof own === "string" ? own : own[new Intl.PluralRules(QA.language).select(values.count)] || own.other;
    const shown = (value) => (typeof value === "number" ? QA.number(value) : isolated(String(value)));
    return Object.entries(values).reduce((text, [name, value]) => text.replaceAll("{" + name + "}", () => shown(value)), sentence);
  };
  // A value whose writing may run the other way cannot reorder the sentence it stands in.
  const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
  const isolated = (text) =>
    QA.say("direction") === "rtl" || RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
  QA.directionOf = (text) => (RIGHT_TO_LEFT.test(text.match(/\p{L}/u)?.[0]) ? "rtl" : "ltr");
  // European digits, as [n] and offsets are.
  QA.number = (value) => new Intl.NumberFormat(QA.language, { numberingSystem: "latn" }).format(value);
  QA.names = (sources) =>
    sources.length < 2
      ? sources.map((source) => source.name).join("")
      : QA.say("header.more", { first: sources[0].name, count: sources.length - 1 });
  // Seconds, or null while that cannot be told.
  QA.timeLeft = (seconds) => {
    if (seconds === null || seconds === undefined) return "";
    if (seconds < 100) return QA.say("build.left.seconds", { count: Math.ceil(seconds) });
    return QA.say("build.left.minutes", { count: Math.ceil(seconds / 60) });
  };
  // pieces: [[text, whether it is code], ...]. Code, such as a command, runs from left to right in every language.
  QA.putSentence = (part, pieces) =>
    part.replaceChildren(
      ...pieces.map(([text, isCode]) => {
        if (!isCode) return text;
        const code = document.createElement("code");
        code.dir = "ltr";
        code.textContent = text;
        return code;
      }),
    );
  QA.onLanguage = (listener) => listeners.push(listener);
  // data-word is what a part says, data-label what it is called where it shows a sign only.
  QA.label = (root) => {
    root.querySelectorAll("[data-word]").forEach((part) => (part.textContent = QA.say(part.dataset.word)));
    root.querySelectorAll("[data-label]").forEach((part) => {
      part.title = QA.say(part.dataset.label);
      part.setAttribute("aria-label", part.title);
    });
  };
  QA.calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  QA.setLanguage = (tag) => {
    QA.language = tag;
    kept.set("language", tag);
    speak();
    listeners.forEach((listener) => listener());
  };

  function speak() {
    document.documentElement.lang = QA.language;
    document.documentElement.dir = QA.say("direction");
  }

  QA.setTheme = (name) => {
    QA.theme = name;
    kept.set("theme", name);
    paint();
  };

  // High contrast is light or dark as the system is; a system that asks for it gets it in every appearance.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const strong = matchMedia("(prefers-contrast: more)");
  function paint() {
    const isDark = QA.theme === "dark" || (QA.theme !== "light" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    document.documentElement.dataset.contrast = QA.theme === "contrast" || strong.matches ? "more" : "usual";
    document.body?.classList.toggle("dark", isDark); // Gradio's own parts look at this one
  }

  // Keys of one character, see shortcuts.js.
  QA.singleKeys = kept.get("keys") !== "off";
  QA.setSingleKeys = (on) => {
    QA.singleKeys = on;
    kept.set("keys", on ? "on" : "off");
  };

  QA.toQuestion = () => {
    QA.show("chat");
    document.querySelector("#question textarea")?.focus();
  };

  // Below 900 px one of the two panes is seen.
  QA.show = (view) => {
    QA.view = view;
    document.documentElement.dataset.view = view;
    document
      .querySelectorAll("#header .view")
      .forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
  };

  // The first reply has arrived: everything is in the visitor's language now.
  QA.ready = () => {
    document.documentElement.dataset.ready = "yes";
    QA.restoreDraft();
    // On a narrow window the focus would call the keyboard up over the welcome.
    if (matchMedia("(min-width: 900px)").matches) document.querySelector("#question textarea")?.focus();
  };

  QA.language = pick([kept.get("language"), ...navigator.languages].filter(Boolean));
  speak();
  paint();
  QA.show("chat");
  [dark, strong].forEach((asked) => asked.addEventListener("change", paint));
  // Gradio sets the language and its dark class by the browser once it starts: ours stand.
  function stand() {
    speak();
    paint();
    const kinds = { attributes: true, attributeFilter: ["class", "lang", "dir"] };
    new MutationObserver(() => {
      if (document.body.classList.contains("dark") !== (document.documentElement.dataset.theme === "dark")) paint();
      if (document.documentElement.lang !== QA.language || document.documentElement.dir !== QA.say("direction")) speak();
    }).observe(document.documentElement, kinds);
    new MutationObserver(paint).observe(document.body, kinds);
  }
  // Gradio may put this script in place after the document was read.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", stand);
  else stand();
})();
