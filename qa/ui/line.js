// value: {text, trouble, mends}: one sentence, shown as it is written, with a button that mends the index; nothing while
// it is empty.
function draw() {
  const { text, trouble, mends } = props.value;
  const line = element.querySelector(".line");
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("trouble", trouble);
  if (text) line.scrollIntoView({ block: "nearest" }); // in the panel of texts it may stand below what is seen
  if (!mends) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mend";
  button.textContent = QA.say("index.mend");
  button.addEventListener("click", () => {
    line.hidden = true; // how far it is stands above the list of texts
    QA.mend();
  });
  line.append(" ", button);
}
watch("value", draw);
draw();
