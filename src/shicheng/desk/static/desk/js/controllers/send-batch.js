// Sends a batch, a folder or one archive file, so that it may be cut off at any time: what arrived is kept by the
// server, and the same batch chosen again goes on from there, once its content is compared with what was sent.
import { Refused, Sender, Stopped, ask, askJson, insist, isSame, metadata } from "./tus.js";

const AT_ONCE = 3; // files of a folder on their way side by side
const WINDOW = 10000; // milliseconds over which the rate is taken
const say = (text, values) => text.replace(/%\((\w+)\)s/g, (_whole, name) => values[name]);

function bytes(count) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit++; }
  return `${unit ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

// What was chosen, as it is sent: a kind, a name, and files with their paths.
function archiveOf(file) {
  return { kind: "archive", name: file.name, entries: [[file.name, file]] };
}
function folderOf(entries) {
  const tops = new Set(entries.map(([path]) => path.split("/")[0]));
  const name = tops.size === 1 && entries.every(([path]) => path.includes("/")) ? [...tops][0] : entries[0][0].split("/")[0];
  return { kind: "folder", name, entries };
}
const sizeOf = (batch) => batch.entries.reduce((sum, [, file]) => sum + file.size, 0);

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

// What a person is told while a batch is on its way.
class Board {
  constructor(form) {
    this.form = form;
    this.root = form.querySelector("[data-sending]");
    this.bar = this.root.querySelector("progress");
    this.problem = form.querySelector("[data-upload-problem]");
    [this.name, this.figures, this.words, this.pauseButton, this.goButton] =
      ["name", "figures", "words", "pause", "go"].map((one) => this.root.querySelector(`[data-${one}]`));
  }
  text(name, values = {}) { return say(this.root.dataset[name], values); }
  open(batch) {
    Object.assign(this, { total: sizeOf(batch), files: batch.entries.length, here: new Map(), ready: 0, marks: [] });
    this.name.textContent = batch.name;
    this.problem.hidden = true;
    this.root.hidden = false;
    this.bar.max = Math.max(1, this.total);
    this.state("now");
  }
  state(name) {
    const rests = name === "paused";
    this.words.textContent = name === "now" ? "" : this.text(name);
    this.pauseButton.hidden = rests || name === "finishing";
    this.goButton.hidden = !rests;
    for (const one of this.form.querySelectorAll(".drop-zone")) one.classList.toggle("idle", name !== "paused");
    for (const one of document.querySelectorAll("[data-upload] .drop-zone input, [data-upload] .drop-zone button, [data-continue], [data-unfinished] form button")) one.disabled = !rests;
  }
  comparing(done, all) {
    this.words.textContent = this.text("comparing");
    this.bar.max = Math.max(1, all);
    this.bar.value = done;
    this.figures.textContent = this.text("of", { here: bytes(done), all: bytes(all) });
  }
  sent(file, offset) {
    this.bar.max = Math.max(1, this.total);
    const before = this.here.get(file) ?? 0;
    this.here.set(file, offset);
    this.sum = (this.sum ?? 0) + offset - before;
    this.draw();
  }
  done() { this.ready++; this.draw(); }
  draw() {
    const now = performance.now();
    const sum = this.sum ?? 0;
    this.marks.push([now, sum]);
    while (this.marks.length > 2 && now - this.marks[0][0] > WINDOW) this.marks.shift();
    const [[then, less]] = this.marks;
    const rate = now - then > 500 ? ((sum - less) * 1000) / (now - then) : 0;
    this.bar.value = sum;
    const parts = [this.text("of", { here: bytes(sum), all: bytes(this.total) })];
    if (this.files > 1) parts.push(this.text("files", { here: this.ready, all: this.files }));
    if (rate > 0) {
      parts.push(this.text("rate", { rate: bytes(rate) }));
      parts.push(this.text("left", { left: this.span((this.total - sum) / rate) }));
    }
    this.figures.textContent = parts.join(" · ");
    if (this.words.textContent === this.text("waiting")) this.words.textContent = "";
  }
  span(seconds) {
    if (seconds < 90) return this.text("seconds", { n: Math.max(1, Math.round(seconds)) });
    if (seconds < 5400) return this.text("minutes", { n: Math.round(seconds / 60) });
    return this.text("hours", { n: (seconds / 3600).toFixed(1) });
  }
  fail(text) {
    this.problem.textContent = text;
    this.problem.hidden = false;
    this.problem.scrollIntoView({ block: "nearest" });
  }
}

class Different extends Error {}

class Sending {
  constructor(form) {
    this.form = form;
    this.board = new Board(form);
    this.board.pauseButton.addEventListener("click", () => this.stop.abort());
    this.board.goButton.addEventListener("click", () => this.run(this.batch, this.view));
  }
  get resubmit() { return this.form.querySelector("input[name=resubmit]")?.value || ""; }

  // Where it is said that all was sent: for another purpose than a transfer the form names its own place.
  get finishAddress() {
    const own = this.form.dataset.finish;
    const id = this.view.address.replace(/\/$/, "").split("/").pop();
    return own ? own.replace("00000000-0000-0000-0000-000000000000", id) : `${this.view.address}/finish`;
  }
  get told() {
    const unit = this.form.querySelector("[name=unit]");
    return unit ? { unit: unit.value } : {};
  }

  // A batch chosen in the main fields: one that was begun before goes on, if it is the very same.
  async start(batch) {
    const known = [...document.querySelectorAll("[data-upload-id]")].find((row) =>
      row.dataset.kind === batch.kind && row.dataset.name === batch.name && row.dataset.resubmit === this.resubmit &&
      Number(row.dataset.bytes) === sizeOf(batch) && Number(row.dataset.files) === batch.entries.length);
    await this.run(batch, known ? { address: known.dataset.address, mayDiffer: true } : null);
  }
  // A batch chosen to go on with one upload of the list.
  async goOn(batch, row) {
    await this.run(batch, { address: row.dataset.address, mayDiffer: false });
  }

  async run(batch, view) {
    this.stop = new AbortController();
    Object.assign(this, { batch, view });
    this.board.open(batch);
    this.board.sum = 0;
    try {
      await this.send(batch);
    } catch (error) {
      this.board.state("paused");
      if (error instanceof Stopped) return;
      if (!this.view) this.board.root.hidden = true;
      if (error instanceof Different) { this.board.root.hidden = true; this.board.fail(error.message); return; }
      if (error instanceof Refused && error.status === 401) { this.board.fail(this.board.text("signedOut")); return; }
      if (error instanceof Refused) { this.board.fail(error.message || this.board.text("signedOut")); return; }
      if (error?.name === "NotReadableError" || error?.name === "NotFoundError") { this.board.fail(this.board.text("unreadable", { name: batch.name })); return; }
      throw error;
    }
  }

  async send(batch) {
    const { signal } = this.stop;
    const trouble = () => { this.board.words.textContent = this.board.text("waiting"); };
    let here = new Map();
    if (this.view) {
      try { here = await this.compare(batch, await insist(() => askJson("GET", this.view.address, null, signal), { signal, onTrouble: trouble })); } catch (error) {
        const ended = error instanceof Refused && [404, 410].includes(error.status);
        if (!(this.view.mayDiffer && (error instanceof Different || ended))) throw error;
        this.view = null; // something else of the same name and size: it is sent as an upload of its own
      }
      this.board.state("now");
    }
    const sender = new Sender({ signal, onSent: (file, offset) => this.board.sent(file, offset), onTrouble: trouble });
    if (batch.kind === "archive") await this.sendArchive(batch, sender, here);
    else await this.sendFolder(batch, sender, here);
    this.board.state("finishing");
    const made = await insist(() => askJson("POST", this.finishAddress, this.told, signal), { signal, onTrouble: trouble });
    window.location.assign(made.address);
  }

  async sendArchive(batch, sender, here) {
    const [[name, file]] = batch.entries;
    const begun = here.get(name);
    if (!begun) {
      // The address is known before the first piece goes, so that a pause can go on from it.
      const headers = { "Upload-Length": String(file.size), "Upload-Metadata": metadata({ filename: name, ...(this.resubmit ? { resubmit: this.resubmit } : {}) }) };
      const made = await sender.insist(() => ask("POST", this.form.dataset.archives, { headers, signal: this.stop.signal }));
      const address = made.getResponseHeader("Location");
      this.view = { address: address.replace(/\/files\/[^/]*$/, ""), mayDiffer: false };
      await sender.goOn(address, file, 0);
    } else await sender.goOn(begun.address, file, begun.offset);
  }

  async sendFolder(batch, sender, here) {
    if (!this.view) {
      const told = { name: batch.name, files: batch.entries.length, bytes: sizeOf(batch), resubmit: this.resubmit };
      const made = await sender.insist(() => askJson("POST", this.form.dataset.folders, told, this.stop.signal));
      this.view = { address: `${this.form.dataset.archives}/${made.id}`, mayDiffer: false };
    }
    const waiting = [...batch.entries];
    const work = async () => {
      for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
        const [path, file] = entry;
        const begun = here.get(path);
        if (begun) await sender.goOn(begun.address, file, begun.offset);
        else await sender.begin(`${this.view.address}/files`, file, { path });
        this.board.done();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  // The files that were begun by path, after all that arrived of them was found to be the same.
  async compare(batch, told) {
    const files = new Map(batch.entries);
    if (told.state !== "open") return new Map(told.begun.map((one) => [one.path, one]));
    if (told.kind !== batch.kind || told.files !== batch.entries.length || told.bytes !== sizeOf(batch)) {
      throw new Different(this.board.text("other", { name: batch.name }));
    }
    const all = told.begun.reduce((sum, one) => sum + one.offset, 0);
    let read = 0;
    for (const one of told.begun) {
      const file = files.get(one.path);
      if (!file || file.size !== one.size) throw new Different(this.board.text(batch.kind === "folder" ? "missing" : "other", { name: one.path }));
      if (!(await isSame(file, one.segments, (length) => this.board.comparing(read += length, all), this.stop.signal))) {
        throw new Different(this.board.text("other", { name: one.path }));
      }
    }
    for (const one of told.begun) this.board.sent(files.get(one.path), one.offset);
    return new Map(told.begun.map((one) => [one.path, one]));
  }
}

const chosen = (files) => folderOf([...files].map((file) => [file.webkitRelativePath || file.name, file]));

export function sendBatches(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    const sending = new Sending(form);
    const folder = form.querySelector("input[webkitdirectory]");
    const archive = form.querySelector("input[name=archive]");
    const several = form.querySelector("input[data-files]");
    const zone = form.querySelector("[data-folder]");
    zone.hidden = false;
    folder.addEventListener("change", () => { if (folder.files.length) sending.start(chosen(folder.files)); });
    form.addEventListener("submit", (event) => {
      const files = (several ?? archive).files;
      if (!files.length) return;
      event.preventDefault();
      sending.start(several ? chosen(files) : archiveOf(files[0]));
    });
    for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
      const found = [];
      for (const entry of entries) await walk(entry, found);
      if (!found.length) return;
      sending.start(!several && found.length === 1 && entries[0].isFile ? archiveOf(found[0][1]) : folderOf(found));
    });
    for (const button of root.querySelectorAll("[data-continue]")) {
      const row = button.closest("[data-upload-id]");
      button.hidden = false;
      button.addEventListener("click", () => {
        const picker = document.createElement("input");
        picker.type = "file";
        picker.webkitdirectory = row.dataset.kind === "folder";
        picker.addEventListener("change", () => {
          if (picker.files.length) sending.goOn(row.dataset.kind === "folder" ? chosen(picker.files) : archiveOf(picker.files[0]), row);
        });
        picker.click();
      });
    }
  }
}
