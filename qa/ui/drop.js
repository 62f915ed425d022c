// Files: one that is dropped anywhere on the page opens the panel of texts and is put into its box; what is more than
// the server takes at once is left out.
(() => {
  const area = "#text-files";
  const box = `${area} input[type=file]`;
  const most = Number(document.querySelector('meta[name="qa-upload"]').content);
  const within = (event) => event.target.closest?.(area);
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const bytes = (files) => [...files].reduce((sum, file) => sum + file.size, 0);

  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event) && !within(event)) event.preventDefault(); // else the browser leaves for the file
  });

  document.addEventListener("drop", async (event) => {
    if (!holdsFiles(event) || within(event)) return;
    event.preventDefault();
    const { files } = event.dataTransfer; // empty once the event is over, the list is not
    QA.show("source");
    if (!document.querySelector(box)) document.querySelector("#sources > button")?.click();
    const input = await soon(box);
    if (!input) return;
    put(input, files);
    input.closest(area).scrollIntoView({ block: "nearest" });
  });

  // Gradio would refuse them all for one that is too large, in English: it does not get to see such a choice.
  const lighten = (event, files) => {
    const input = document.querySelector(box);
    if (!input || !within(event) || bytes(files) <= most) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    put(input, fitting(files));
  };
  document.addEventListener("change", (event) => event.target.files && lighten(event, event.target.files), true);
  document.addEventListener("drop", (event) => holdsFiles(event) && lighten(event, event.dataTransfer.files), true);

  function fitting(files) {
    const kept = new DataTransfer();
    const left = [];
    for (const file of files) {
      if (bytes(kept.files) + file.size <= most) kept.items.add(file);
      else left.push(file.name);
    }
    const line = document.querySelector("#build-result .line");
    line.textContent = QA.say("sources.heavy", { name: left.join(", "), limit: most / 2 ** 20 });
    line.hidden = false;
    line.classList.add("trouble");
    line.scrollIntoView({ block: "nearest" });
    return kept.files;
  }

  function put(input, files) {
    input.files = files;
    if (files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function soon(selector) {
    for (let tries = 0; tries < 40; tries++) {
      const found = document.querySelector(selector);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return null;
  }
})();
