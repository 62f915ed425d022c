// @ts-check
// Saves a file for the visitor. It is made here: nothing is requested.

const KEPT = 10_000; // ms until the browser has surely read it

/** @type {Offered["files"]["save"]} */
function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}

QA.register("files", { save });
