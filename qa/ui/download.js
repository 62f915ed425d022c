// @ts-check
// Saves a file that the server has written. Value: {} or {name, type, text, stamp}.

watch("value", () => {
  const { name, type, text } = /** @type {{name?: string, type?: string, text?: string}} */ (props.value);
  if (name) QA.files.save(name, type ?? "", text ?? "");
});
