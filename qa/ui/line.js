// value: {text, trouble, repairs}: one sentence, shown as it is written, with a button that repairs the index; nothing while
// it is empty.
function draw() {
  const { text, trouble, repairs } = props.value;
  const line = element.querySelector(".line");
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("trouble", trouble);
  if (text) line.scrollIntoView({ block: "nearest" }); // in the panel of texts it may stand below what is seen
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
