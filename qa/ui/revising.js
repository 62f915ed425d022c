// The bar above the question while an earlier one is edited; chat.js shows and hides it.
// value: {} or {entry, stamp}: a question that was given back goes on taking the place of this entry.
QA.label(element);
QA.onLanguage(() => QA.label(element));
element.querySelector("button").addEventListener("click", () => {
  QA.revise("");
  document.querySelector("#question textarea").focus();
});
watch("value", () => QA.revise(props.value.entry || ""));
