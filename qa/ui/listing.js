// value: {sources: [{name, id, length}]}
function draw() {
  const rows = props.value.sources.map((source) => {
    const row = document.createElement("li");
    const name = document.createElement("bdi");
    const length = document.createElement("span");
    name.textContent = source.name;
    length.textContent = QA.say("sources.listed", { count: source.length });
    row.append(name, length);
    return row;
  });
  element.querySelector(".listing").replaceChildren(...rows);
}
QA.onLanguage(draw);
watch("value", draw);
draw();
