// What Gradio's own parts and our scrolling ones lack for the keyboard and for a screen reader, put on as they appear.
(() => {
  const repairs = {
    // Its label says less than its own text, which Gradio writes in the browser's language and not in the page's.
    "button.upload-container[aria-label]": (button) => button.removeAttribute("aria-label"),
    "#text-files [data-testid=upload-text]": (box) => {
      const [first, ...others] = [...box.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!first) return;
      first.data = QA.say("sources.drop");
      others.forEach((node) => (node.data = ""));
    },
    // Text that scrolls is reached by Tab and scrolled by the arrows.
    "#chat .passage:not([tabindex])": (passage) => {
      if (passage.scrollHeight <= passage.clientHeight) return;
      passage.tabIndex = 0;
      passage.setAttribute("role", "group");
      passage.setAttribute("aria-label", passage.closest(".excerpt, .related")?.querySelector(".card-head")?.textContent || "");
    },
  };
  let due = false;
  function soon() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      for (const [where, repair] of Object.entries(repairs)) document.querySelectorAll(where).forEach(repair);
    });
  }
  const kinds = { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] };
  new MutationObserver(soon).observe(document, kinds);
  QA.onLanguage(soon);
})();
