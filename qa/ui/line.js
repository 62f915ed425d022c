// @ts-check
// One sentence, with a button that repairs the index if that may help. Hidden while it is empty. Value: Line.

const line = QA.get(element, ".line");

function draw() {
  const { pieces, trouble, repairs } = /** @type {Line} */ (props.value);
  QA.words.putSentence(line, pieces);
  line.hidden = !pieces.length;
  line.classList.toggle("trouble", trouble);
  if (pieces.length) line.scrollIntoView({ block: "nearest" }); // in the panel of texts it may be below what is in sight
  if (repairs) line.append(" ", repairButton());
}

function repairButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "repair";
  button.textContent = QA.words.say("index.repair");
  button.addEventListener("click", () => {
    line.hidden = true; // the progress appears above the list of texts
    QA.progress?.repair();
  });
  return button;
}

watch("value", draw);
draw();
