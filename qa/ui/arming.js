// @ts-check
// What deletes takes two presses; anything else in between takes the first back.

/** @type {{button: HTMLElement, text: string} | null} */
let armed = null;

/** Return whether this is the second press; the first asks for it. @type {Offered["arming"]["isSure"]} */
function isSure(button) {
  const isSecond = armed?.button === button;
  disarm();
  if (isSecond) return true;
  armed = { button, text: button.textContent ?? "" };
  button.textContent = QA.words.say("history.sure");
  button.classList.add("armed");
  return false;
}

/** Take the first press back. Return whether there was one. @type {Offered["arming"]["disarm"]} */
function disarm() {
  if (!armed) return false;
  armed.button.textContent = armed.text;
  armed.button.classList.remove("armed");
  armed = null;
  return true;
}

/** @type {Offered["arming"]["isArmed"]} */
const isArmed = (button) => armed !== null && armed.button === button;

QA.register("arming", { isSure, disarm, isArmed });
