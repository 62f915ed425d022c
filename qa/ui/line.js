// value: {text, trouble}: one sentence, shown as it is written; nothing while it is empty.
function draw() {
  const { text, trouble } = props.value;
  const line = element.querySelector(".line");
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("trouble", trouble);
}
watch("value", draw);
draw();
