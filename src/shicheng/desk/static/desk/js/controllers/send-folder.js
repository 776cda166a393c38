// Sends a whole folder, or one archive file, and shows how far it is. The inner paths go first, as a list,
// since browsers' own forms lose them; then the files by their place in it.
const paths = (list) => [...list].map((file) => [file.webkitRelativePath || file.name, file]);

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    found.push([entry.fullPath.replace(/^\//, ""), file]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const one of some) await walk(one, found);
  }
}

function send(form, files) {
  const body = new FormData();
  for (const input of form.querySelectorAll("input[type=hidden]")) body.append(input.name, input.value);
  body.append("paths", new Blob([JSON.stringify(files.map(([path]) => path))], { type: "application/json" }), "paths");
  files.forEach(([, file], place) => body.append(`file:${place}`, file, "file"));
  const status = form.querySelector("[data-sending]");
  const bar = status.querySelector("progress");
  const words = status.querySelector("[data-words]");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; }
  });
  request.upload.addEventListener("load", () => { bar.removeAttribute("value"); words.textContent = status.dataset.received; });
  request.addEventListener("load", () => {
    if (request.status === 201) { window.location.assign(request.getResponseHeader("Location")); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    fail(form, page.querySelector("[data-problem], main p")?.textContent.trim() || status.dataset.failed);
  });
  request.addEventListener("error", () => fail(form, status.dataset.failed));
  for (const button of form.querySelectorAll("button, input[type=file]")) button.disabled = true;
  form.querySelector("[data-upload-problem]").hidden = true;
  status.hidden = false;
  words.textContent = status.dataset.sendingNow;
  request.send(body);
}

function fail(form, text) {
  const problem = form.querySelector("[data-upload-problem]");
  problem.textContent = text;
  problem.hidden = false;
  form.querySelector("[data-sending]").hidden = true;
  for (const button of form.querySelectorAll("button, input[type=file]")) button.disabled = false;
}

export function sendFolders(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    const folder = form.querySelector("input[webkitdirectory]");
    const zone = form.querySelector("[data-folder]");
    zone.hidden = false;
    folder.addEventListener("change", () => { if (folder.files.length) send(form, paths(folder.files)); });
    form.addEventListener("submit", (event) => {
      const archive = form.querySelector("input[name=archive]");
      if (!archive.files.length) return;
      event.preventDefault();
      send(form, paths(archive.files));
    });
    for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
      const found = [];
      for (const entry of entries) await walk(entry, found);
      if (found.length) send(form, found);
    });
  }
}
