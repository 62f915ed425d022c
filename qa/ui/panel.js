// @ts-check
// The panel of texts as a whole: beside the chat in a wide window, over the page in a narrower one (panel.css).

const root = document.documentElement;
const OPENER = "#sources-open";

const panel = () => document.getElementById("sources");
const isOver = () => !matchMedia("(min-width: 1200px)").matches && !root.hasAttribute("data-start");
const isOpen = () => root.hasAttribute("data-sources");

/** Bring the panel into sight. */
function open() {
  if (!isOver() || isOpen()) return;
  root.toggleAttribute("data-sources", true);
  tell();
  QA.find(document, "#adding .heading")?.focus();
}

/** Put it away where it covers the page; the focus goes back to its button if it was inside. */
function close() {
  if (!isOpen()) return;
  const hadFocus = panel()?.contains(document.activeElement);
  root.toggleAttribute("data-sources", false);
  tell();
  if (hadFocus) QA.find(document, OPENER)?.focus();
}

function tell() {
  QA.find(document, OPENER)?.setAttribute("aria-expanded", String(isOpen()));
}

document.addEventListener("click", (event) => {
  if (QA.closest(event, OPENER)) {
    if (isOpen()) close();
    else open();
  } else if (
    isOpen() &&
    event.target instanceof Element &&
    event.target.isConnected &&
    !QA.closest(event, "#sources")
  ) {
    close();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || QA.isComposing(event) || !isOpen()) return;
  if (QA.find(document, "dialog[open], #listing [popover]:popover-open, #listing .editing")) return;
  close();
});

QA.register("panel", { open, close });
