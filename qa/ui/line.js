// value: {pieces, trouble, repairs}: one sentence (see QA.putSentence), with a button that repairs the index; hidden while
// it is empty.
function draw() {
  const { pieces, trouble, repairs } = props.value;
  const line = element.querySelector(".line");
  QA.putSentence(line, pieces);
  line.hidden = !pieces.length;
  line.classList.toggle("trouble", trouble);
  if (pieces.length) line.scrollIntoView({ block: "nearest" }); // in the panel of texts it may stand below what is seen
  if (!repairs) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "repair";
  button.textContent = QA.say("index.repair");
  button.addEventListener("click", () => {
    line.hidden = true; // how far it is stands above the list of texts
    QA.repair();
  });
  line.append(" ", button);
}
watch("value", draw);
draw();
