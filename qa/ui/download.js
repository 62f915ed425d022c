// @ts-check
// Saves a file for the visitor. It is made here: nothing is requested.
// Value: {} or {name, type, text, stamp}.

const KEPT = 10_000; // ms until the browser has surely read it

watch("value", () => {
  const { name, type, text } = /** @type {{name?: string, type?: string, text?: string}} */ (props.value);
  if (!name) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text ?? ""], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
});
