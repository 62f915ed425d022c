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
  QA.markCited = () => {
    const answers = document.querySelectorAll("#chat .answer");
    const cites = answers.length ? [...answers[answers.length - 1].querySelectorAll(".cite")] : [];
    const isNewest = cites.length && !later(answers[answers.length - 1]);
    QA.pane?.mark(isNewest ? cites.map(placeOf).filter(Boolean) : []);
  };
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
      cite.setAttribute("aria-label", QA.say(section ? "cite.label.section" : "cite.label", { n, section }));
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

  async function copy(button) {
    const answer = message(button).querySelector(".answer");
    const list = [...message(button).querySelectorAll(".excerpt")].map((card) => {
      const said = (part) => card.querySelector(part)?.textContent.trim();
      return `[${said(".number")}] ${[said(".source-name"), said(".section"), said(".place")].filter(Boolean).join(", ")}`;
    });
    await navigator.clipboard.writeText([answer.textContent.trim(), "", ...list].join("\n"));
    const before = button.textContent;
    button.textContent = QA.say("chat.copied");
    setTimeout(() => (button.textContent = before), 1600);
  }

  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("#chat .cite, #chat .show");
    if (control) follow(control);
    const button = event.target.closest?.("#chat .copy");
    if (button) copy(button);
  });

  document.addEventListener(
    "keydown",
    (event) => {
      // The Enter that confirms a conversion of Japanese, Chinese or Korean input does not send.
      // Nor does one that is held down.
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229 || event.repeat)) event.stopPropagation();
      if (event.key !== "Escape") return;
      hideTip();
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
