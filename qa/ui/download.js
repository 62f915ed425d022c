// value: {name, type, text, stamp}: a file for the visitor, made here; nothing is asked of any server.
watch("value", () => {
  const { name, type, text } = props.value;
  if (!name) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});
