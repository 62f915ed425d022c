// value: {} while nothing is built, else {done, total, left}; left is in seconds, or null.
function draw() {
  const { done, total, left } = props.value || {};
  const building = element.querySelector(".building");
  building.hidden = total === undefined;
  if (building.hidden) return;
  const bar = building.querySelector("progress");
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  const told = total
    ? QA.say("build.progress", { done, total })
    : QA.say("build.begin");
  building.querySelector(".told").textContent = [told, timeLeft(left)].filter(Boolean).join(" · ");
}

function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 100) return QA.say("build.left.seconds", { count: Math.ceil(seconds) });
  return QA.say("build.left.minutes", { count: Math.ceil(seconds / 60) });
}

QA.onLanguage(draw);
watch("value", draw);
draw();
