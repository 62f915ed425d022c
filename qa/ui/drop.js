// A file that is dropped anywhere on the page opens the panel of texts and is put into its box.
(() => {
  const box = "#text-files input[type=file]";
  const ours = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.("#text-files");

  document.addEventListener("dragover", (event) => {
    if (ours(event)) event.preventDefault(); // else the browser leaves for the file
  });

  document.addEventListener("drop", async (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    const { files } = event.dataTransfer; // empty once the event is over, the list is not
    QA.show("source");
    if (!document.querySelector(box)) document.querySelector("#sources > button")?.click();
    const input = await soon(box);
    if (!input) return;
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.closest("#text-files").scrollIntoView({ block: "nearest" });
  });

  async function soon(selector) {
    for (let tries = 0; tries < 40; tries++) {
      const found = document.querySelector(selector);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return null;
  }
})();
