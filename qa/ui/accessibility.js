// @ts-check
// What Gradio's components and our wide tables lack for the keyboard and for screen readers, added as they appear.

/** @type {[selector: string, repair: (part: HTMLElement) => void][]} */
const repairs = [
  // The label says less than the button's own text.
  ["button.upload-container[aria-label]", (button) => button.removeAttribute("aria-label")],
  ["#text-files [data-testid=upload-text]", sayInPageLanguage],
  ["#chat .passage:has(.columns):not([tabindex])", makeReachable],
];

/** Replace the text that Gradio writes in the browser's language. @param {HTMLElement} box */
function sayInPageLanguage(box) {
  const texts = [...box.childNodes].filter((node) => node instanceof Text && node.data.trim());
  texts.forEach((node, at) => {
    node.textContent = at ? "" : QA.words.say("sources.drop");
  });
}

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
