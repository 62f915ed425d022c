// @ts-check
// A title that is edited in its place: Enter and leaving the field keep it, Escape does not.

/**
 * Put a field in the place of a button that shows a title.
 * @type {Offered["titleEdit"]["start"]}
 */
function start(button, title, label, done) {
  const input = document.createElement("input");
  input.value = title;
  input.maxLength = 200;
  input.dir = "auto";
  input.setAttribute("aria-label", label);
  button.replaceWith(input);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (QA.isComposing(event)) return;
    event.preventDefault(); // Escape leaves the drawer open, and Enter presses nothing where the focus goes
    end(event.key === "Enter");
  });
  input.addEventListener("blur", () => end(true));
  input.select();
  input.focus();
  let isOver = false;

  /** @param {boolean} save */
  function end(save) {
    if (isOver) return;
    isOver = true;
    const hadFocus = document.activeElement === input;
    const written = input.value.trim();
    input.remove();
    done(save ? written : "", hadFocus);
  }
}

QA.register("titleEdit", { start });
