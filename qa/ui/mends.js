// What Gradio's own parts and our scrolling ones lack for the keyboard and for a screen reader, put on as they appear.
(() => {
  const mends = {
    // Its label says less than its own text.
    "button.upload-container[aria-label]": (button) => button.removeAttribute("aria-label"),
    // Text that scrolls is reached by Tab and scrolled by the arrows.
    "#chat .passage:not([tabindex])": (passage) => {
      if (passage.scrollHeight <= passage.clientHeight) return;
      passage.tabIndex = 0;
      passage.setAttribute("role", "group");
      passage.setAttribute("aria-label", passage.closest(".excerpt, .related")?.querySelector(".card-head")?.textContent || "");
    },
  };
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      for (const [where, mend] of Object.entries(mends)) document.querySelectorAll(where).forEach(mend);
    });
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
})();
