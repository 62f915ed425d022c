// @ts-check
// What Gradio's components and our wide tables lack for the keyboard and for screen readers, added as they appear.

/** @type {[selector: string, repair: (part: HTMLElement) => void][]} */
const repairs = [["#chat .passage:has(.columns):not([tabindex])", makeReachable]];

/** Let Tab reach a table that scrolls sideways, so that the arrow keys scroll it. @param {HTMLElement} passage */
function makeReachable(passage) {
  if (passage.scrollWidth <= passage.clientWidth) return;
  passage.tabIndex = 0;
  passage.setAttribute("role", "group");
  passage.setAttribute("aria-label", passage.closest(".excerpt")?.querySelector(".origin")?.textContent ?? "");
}

let isDue = false;
function repairSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    for (const [selector, repair] of repairs) QA.findAll(document, selector).forEach(repair);
  });
}
const kinds = { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] };
new MutationObserver(repairSoon).observe(document, kinds);
QA.words.onChange(repairSoon);
