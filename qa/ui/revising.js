// @ts-check
// The bar above the question while an earlier one is edited; chat.js shows and hides it.
// Value: {} or {entry, stamp}: a question that could not be answered goes on replacing this entry.

QA.get(element, "button").addEventListener("click", () => {
  QA.chat.revise("");
  QA.page.question()?.focus();
});
watch("value", () => QA.chat.revise(/** @type {{entry?: string}} */ (props.value).entry ?? ""));
QA.words.onChange(() => QA.words.label(element));
QA.words.label(element);
