// The chat: what the sanitiser leaves of our messages is class names, so that [n] is found by its class
// (c-2 at-120-164 s-…, see messages.py) and everything else is put on here.
(() => {
  let cameFrom = null; // the control that led to the source: Escape goes back to it

  const chat = () => document.getElementById("chat");
  const classOf = (element, prefix) => [...element.classList].find((name) => name.startsWith(prefix));
  const placeOf = (element) => {
    const at = classOf(element, "at-");
    const id = classOf(element, "s-");
    if (!at || !id) return null;
    const [start, end] = at.split("-").slice(1).map(Number);
    return { id, start, end };
  };
  const message = (element) => element.closest(".bot, .message") || chat();
  const cardOf = (cite) => message(cite).querySelector(".excerpt." + classOf(cite, "c-"));

  // To the source and back.
  async function follow(control) {
    const place = placeOf(control);
    if (!place || !QA.pane) return;
    hideTip();
    cameFrom = control;
    document.querySelector("#sources > button.open")?.click(); // the panel of texts would cover the source
    QA.show("source");
    await QA.pane.goTo(place);
  }

  QA.goBack = () => {
    QA.show("chat");
    QA.pane?.leave();
    if (cameFrom?.isConnected) cameFrom.focus();
    else document.querySelector("#question textarea")?.focus();
    cameFrom = null;
  };

  // The sentences that the newest answer cites carry a mark in the source.
  QA.newestCites = () => {
    const answers = document.querySelectorAll("#chat .answer");
    const newest = answers[answers.length - 1];
    return newest && !later(newest) ? [...newest.querySelectorAll(".cite")] : [];
  };
  QA.markCited = () => QA.pane?.mark(QA.newestCites().map(placeOf).filter(Boolean));
  const later = (answer) =>
    [...document.querySelectorAll("#chat .abstained, #chat .switched")].some(
      (other) => answer.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING,
    );

  // What a screen reader is told.
  function label() {
    const root = chat();
    if (!root) return;
    root.querySelectorAll(".cite").forEach((cite) => {
      const section = cardOf(cite)?.querySelector(".section")?.textContent;
      const n = cite.textContent.replace(/[[\]]/g, "");
      const label = QA.say(section ? "cite.label.section" : "cite.label", { n, section });
      cite.setAttribute("aria-label", cite.matches(".moved") ? `${label}, ${QA.say("cite.moved")}` : label);
    });
    root.querySelectorAll(".place").forEach((place) => (place.title = QA.say("card.place.title")));
    // Gradio puts a message's raw HTML into its label: the message itself is read instead.
    root.querySelectorAll('[data-testid="user"][aria-label], [data-testid="bot"][aria-label]').forEach((part) => part.removeAttribute("aria-label"));
    const log = root.querySelector('[role="log"]');
    log?.setAttribute("aria-label", QA.say("chat.label"));
    log?.setAttribute("aria-live", "polite");
    document.querySelector("#question textarea")?.setAttribute("aria-label", QA.say("question.label"));
  }

  // A new question moves to the top of the chat, so that its answer is read from its beginning.
  let read = 0; // questions whose answer has been brought into sight
  function scroll() {
    const asked = document.querySelectorAll("#chat .asked");
    if (asked.length <= read) return;
    const log = asked[0].closest('[role="log"]');
    log.scrollTop += asked[asked.length - 1].getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
    if (!log.querySelector(".pending")) read = asked.length;
  }

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      label();
      QA.markCited();
      scroll();
    });
  }).observe(document, { childList: true, subtree: true, characterData: true });

  const origin = (card) => {
    const said = (part) => card.querySelector(part)?.textContent.trim();
    return `[${said(".number")}] ${[said(".source-name"), said(".section"), said(".place")].filter(Boolean).join(", ")}`;
  };
  async function copy(button) {
    const card = button.closest(".excerpt");
    const cards = card ? [card] : [...message(button).querySelectorAll(".excerpt")];
    const words = card ? card.querySelector("mark") : message(button).querySelector(".answer");
    await toClipboard([words.textContent.trim(), ...(card ? [] : [""]), ...cards.map(origin)].join("\n"));
    const told = button.firstElementChild || button;
    told.textContent = QA.say("chat.copied");
    setTimeout(() => (told.textContent = QA.say(card ? "card.copy" : "chat.copy")), 1600);
  }
  // Over plain HTTP from another machine there is no navigator.clipboard.
  async function toClipboard(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  // Asking from a button: what it says goes into the box, and from there the usual way.
  function write(question) {
    const area = document.querySelector("#question textarea");
    area.value = question;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    QA.show("chat");
    return area;
  }
  function ask(question) {
    write(question);
    requestAnimationFrame(() => document.getElementById("ask").click());
  }

  // The entry of the history that the next question takes the place of, with all that came after it.
  let revised = "";
  QA.revise = (entry) => {
    revised = entry;
    const bar = document.querySelector("#revising .line");
    if (bar) bar.hidden = !entry;
  };
  QA.revision = () => {
    const entry = revised;
    QA.revise("");
    return entry;
  };
  const entryOf = (button) => classOf(button, "e-").slice(2);
  function edit(button, question) {
    QA.revise(entryOf(button));
    const area = write(question);
    area.focus();
    area.setSelectionRange(question.length, question.length);
  }
  const askedBy = (button) => button.closest(".message").querySelector(".asked").textContent;

  const actions = {
    ".cite, .show": follow,
    ".copy, .copy-excerpt": copy,
    ".suggested": (button) => {
      QA.revise("");
      ask(button.textContent);
    },
    ".edit": (button) => edit(button, askedBy(button)),
    ".again": (button) => {
      QA.revise(entryOf(button));
      ask(askedBy(button));
    },
    ".revise": (button) => edit(button, button.closest(".searched").querySelector(".query").textContent),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#chat button");
    const action = button && Object.keys(actions).find((classes) => button.matches(classes));
    if (action) actions[action](button);
  });

  // From a marked sentence of the source to its [n].
  QA.light = ({ id, start, end }) => {
    const cites = QA.newestCites().filter((cite) => {
      const place = placeOf(cite);
      return place && place.id === id && place.start < end && start < place.end;
    });
    if (!cites.length) return;
    document.querySelectorAll("#chat .lit").forEach((cite) => cite.classList.remove("lit"));
    cites.forEach((cite) => cite.classList.add("lit"));
    QA.show("chat");
    cites[0].focus({ preventScroll: true });
    cites[0].scrollIntoView({ block: "center", behavior: QA.calm() ? "instant" : "smooth" });
  };

  document.addEventListener(
    "keydown",
    (event) => {
      // The Enter that confirms a conversion of Japanese, Chinese or Korean input does not send.
      // Nor does one that is held down.
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229 || event.repeat)) event.stopPropagation();
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return; // a dialog's Escape is its own
      hideTip();
      if (event.target.closest?.("#question")) QA.revise("");
      if (cameFrom && event.target.closest?.("#source, body") && !event.target.closest("#question")) QA.goBack();
    },
    true,
  );

  // The excerpt of an [n] that is pointed at.
  let tip = null;
  function showTip(cite) {
    const card = cardOf(cite);
    if (!card) return;
    hideTip();
    tip = document.createElement("div");
    tip.id = "excerpt-tip";
    tip.setAttribute("role", "tooltip");
    const head = document.createElement("p");
    for (const part of [".section", ".source-name"].map((name) => card.querySelector(name)?.textContent).filter(Boolean)) {
      const isolated = document.createElement("bdi");
      isolated.textContent = part;
      head.append(head.childNodes.length ? " · " : "", isolated);
    }
    const quote = document.createElement("p");
    quote.textContent = card.querySelector("mark").textContent;
    quote.dir = "auto";
    tip.append(quote, head);
    document.body.append(tip);
    const at = cite.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = document.documentElement.dir === "rtl" ? at.right - width : at.left;
    tip.style.left = Math.max(8, Math.min(left, innerWidth - width - 8)) + "px";
    tip.style.top = (at.top > height + 12 ? at.top - height - 8 : at.bottom + 8) + "px";
  }
  function hideTip() {
    tip?.remove();
    tip = null;
  }
  for (const begin of ["mouseover", "focusin"]) {
    document.addEventListener(begin, (event) => {
      const cite = event.target.closest?.("#chat .cite");
      if (cite && (begin === "mouseover" || cite.matches(":focus-visible"))) showTip(cite);
      else if (!cite) hideTip();
    });
  }
  document.addEventListener("scroll", hideTip, true);
})();
