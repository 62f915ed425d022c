// The bar above the question while an earlier one is edited; chat.js shows and hides it.
QA.label(element);
QA.onLanguage(() => QA.label(element));
element.querySelector("button").addEventListener("click", () => {
  QA.revise("");
  document.querySelector("#question textarea").focus();
});
