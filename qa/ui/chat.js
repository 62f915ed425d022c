// The chat: what the sanitiser leaves of our messages is class names, so that [n] is found by its class
// (c-2 at-120-164 s-…, see messages.py) and everything else is put on here.
(() => {
  let cameFrom = null; // the control that led to the source, and its classes: Escape goes back to it

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
    cameFrom = { control, classes: control.className };
    document.querySelector("#sources > button.open")?.click(); // the panel of texts would cover the source
    QA.show("source");
    await QA.pane.goTo(place);
  }

  QA.goBack = () => {
    QA.show("chat");
    QA.pane?.leave();
    const drawnAnew = () => [...document.querySelectorAll("#chat button")].findLast((one) => one.className === cameFrom?.classes);
    const back = cameFrom?.control.isConnected ? cameFrom.control : drawnAnew();
    (back || document.querySelector("#question textarea"))?.focus();
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
    return `[${said(".number")}] ${[said(".source-name"), said(".section"), said(".leaf"), said(".place")].filter(Boolean).join(", ")}`;
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
  QA.write = write;
  function ask(question) {
    write(question);
    requestAnimationFrame(() => document.getElementById("ask").click());
  }

  // "conversation entry": what the next question takes the place of, with all that came after it.
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
  const entryOf = (button) => [classOf(button, "h-"), classOf(button, "e-")].map((name) => name.slice(2)).join(" ");
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
      const newest = [...document.querySelectorAll("#chat .again")].at(-1) === button;
      if (!newest) return edit(button, askedBy(button)); // what came after would be lost: the bar says so first
      QA.revise(entryOf(button));
      ask(askedBy(button));
    },
    ".repair": () => QA.repair(),
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
      // That of an input method or of a dialog is its own.
      if (event.key !== "Escape" || event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
      hideTip();
      if (event.target.closest?.("#question")) QA.revise("");
      if (cameFrom && (event.target === document.body || event.target.closest?.("#source, #chat"))) QA.goBack();
    },
    true,
  );

  // The passage of an [n] that is pointed at or has the focus; it stays while it is pointed at itself.
  let tip = null;
  let leaving;
  function showTip(cite) {
    const card = cardOf(cite);
    clearTimeout(leaving);
    if (!card || tip?.cite === cite) return;
    hideTip();
    const box = document.createElement("div");
    box.id = "excerpt-tip";
    box.setAttribute("role", "tooltip");
    const head = document.createElement("p");
    [".section", ".source-name"].forEach((part) => {
      const name = card.querySelector(part)?.textContent;
      if (!name) return;
      const isolated = document.createElement("bdi");
      isolated.textContent = name;
      head.append(head.childNodes.length ? " · " : "", isolated);
    });
    const passage = document.createElement("p");
    passage.dir = "auto";
    card.querySelector(".passage").childNodes.forEach((part) => passage.append(part.cloneNode(true)));
    box.append(passage, head);
    document.body.append(box);
    place(box, cite.getBoundingClientRect());
    passage.scrollTop = passage.querySelector("mark").offsetTop - passage.offsetTop;
    cite.setAttribute("aria-describedby", box.id);
    tip = { box, cite };
  }
  function place(box, at) {
    const { width, height } = box.getBoundingClientRect();
    const start = document.documentElement.dir === "rtl" ? at.right - width : at.left;
    box.style.left = Math.max(8, Math.min(start, innerWidth - width - 8)) + "px";
    box.style.top = (at.top > height + 12 ? at.top - height - 8 : at.bottom + 8) + "px";
  }
  function hideTip() {
    clearTimeout(leaving);
    tip?.box.remove();
    tip?.cite.removeAttribute("aria-describedby");
    tip = null;
  }
  document.addEventListener("mouseover", (event) => {
    const cite = event.target.closest?.("#chat .cite");
    if (cite) showTip(cite);
    else if (event.target.closest?.("#excerpt-tip")) clearTimeout(leaving);
    else if (tip) leaving = setTimeout(hideTip, 250); // time to reach it over the gap
  });
  document.addEventListener("focusin", (event) => {
    const cite = event.target.closest?.("#chat .cite");
    if (!cite) hideTip();
    else if (cite.matches(":focus-visible")) showTip(cite);
  });
  document.addEventListener("scroll", (event) => event.target.closest?.("#excerpt-tip") || hideTip(), true);
})();
