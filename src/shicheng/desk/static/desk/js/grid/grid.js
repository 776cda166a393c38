// The grid under the fingers: keys, mouse, clipboard, the editor of a cell, and the words around it.
import { readTable, writeTable } from "./clipboard.js";
import { Offers } from "./offers.js";
import { Sheet } from "./sheet.js";
import { View } from "./view.js";

const number = (n) => new Intl.NumberFormat(document.documentElement.lang).format(n);
const read = (id) => JSON.parse(document.getElementById(id).textContent);

export class Grid {
  constructor(place) {
    this.place = place;
    this.words = read("grid-words");
    this.all = read("grid-columns");
    this.recall();
    this.columns = this.all.filter((column) => column.shown);
    this.state = { row: 0, column: 0, fromRow: 0, fromColumn: 0 };
    this.sheet = new Sheet(place, this.all, this.words, (row) => this.changed(row));
    this.view = new View(place, this.sheet, this.state);
    this.box = this.view.box;
    this.editor = place.querySelector("[data-editor]");
    this.bubble = place.querySelector("[data-bubble]");
    this.status = place.querySelector("[data-status]");
    this.faults = place.querySelector("[data-faults]");
    this.offers = new Offers(place.querySelector("[data-values]"), this.editor, (value) => { this.editor.value = value; this.commit(); this.box.focus(); });
  }

  async start() {
    this.place.hidden = false;
    this.status.textContent = this.words.loading;
    this.listen();
    this.view.setColumns(this.columns);
    await this.sheet.load();
    if (!this.sheet.ids.length) this.status.textContent = this.words.nothing;
    this.move(0, 0);
    this.place.dataset.ready = "yes";
  }

  listen() {
    const box = this.box;
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("mousedown", (event) => this.press(event));
    box.addEventListener("dblclick", (event) => { if (this.view.at(event)) this.edit(null); });
    box.addEventListener("copy", (event) => this.copy(event));
    box.addEventListener("cut", (event) => { if (this.copy(event)) this.clear(); });
    box.addEventListener("paste", (event) => this.paste(event));
    this.editor.addEventListener("keydown", (event) => this.editorKey(event));
    this.editor.addEventListener("blur", () => this.commit());
    this.editor.addEventListener("input", () => this.suggest());
    this.bubble.addEventListener("click", (event) => {
      const act = event.target.dataset.act;
      if (!act) return;
      this.sheet.settle(this.state.row, this.columns[this.state.column].name, act === "keep");
      box.focus();
    });
    this.faults.addEventListener("click", () => this.nextFault());
    this.place.querySelector("[data-columns]")?.addEventListener("change", (event) => {
      const one = this.all.find((column) => column.name === event.target.value);
      if (!one) return;
      one.shown = event.target.checked;
      localStorage.setItem(this.choice, JSON.stringify(this.all.filter((column) => column.shown).map((column) => column.name)));
      this.columns = this.all.filter((column) => column.shown);
      this.view.setColumns(this.columns);
      this.move(this.state.row, Math.min(this.state.column, this.columns.length - 1));
    });
    for (const button of this.place.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => { this.act(button.dataset.do); box.focus(); });
    }
    addEventListener("beforeunload", (event) => {
      const { unsaved } = this.sheet.counts();
      if (unsaved || this.sheet.sending) { event.preventDefault(); event.returnValue = this.words.leave; }
    });
    let dragging = false;
    box.addEventListener("mousemove", (event) => {
      if (!dragging || event.buttons !== 1) return;
      const at = this.view.at(event);
      if (at && !at.number) this.move(at.row, at.column, true);
    });
    box.addEventListener("mousedown", (event) => { dragging = event.button === 0; });
    addEventListener("mouseup", () => { dragging = false; });
  }

  // The columns chosen for a category are chosen the next time too.
  get choice() { return `grid-columns:${new URLSearchParams(location.search).get("category") || ""}`; }

  recall() {
    const kept = JSON.parse(localStorage.getItem(this.choice) || "[]");
    if (!this.all.some((column) => kept.includes(column.name))) return;
    for (const column of this.all) column.shown = kept.includes(column.name);
    for (const box of this.place.querySelectorAll("[data-columns] input")) box.checked = kept.includes(box.value);
  }

  act(name) {
    if (name === "undo") this.sheet.undo();
    else if (name === "redo") this.sheet.redo();
    else if (name === "fill") this.fillDown();
  }

  // The cell at hand; with `extend` the selection grows to it.
  move(row, column, extend = false) {
    const { state } = this;
    state.row = Math.max(0, Math.min(this.sheet.ids.length - 1, row));
    state.column = Math.max(0, Math.min(this.columns.length - 1, column));
    if (!extend) { state.fromRow = state.row; state.fromColumn = state.column; }
    this.view.show(state.row, state.column);
    this.tell();
  }

  changed(row) {
    if (row !== undefined) this.move(row, this.state.column);
    this.view.soon();
    this.tell();
  }

  press(event) {
    if (event.button !== 0) return;
    const head = this.view.headAt(event);
    const at = this.view.at(event);
    if (!at && head === null) return;
    event.preventDefault();
    this.commit();
    this.box.focus({ preventScroll: true });
    if (head !== null) this.choose(0, event.shiftKey ? this.state.fromColumn : head, this.sheet.ids.length - 1, head);
    else if (!at.number && !event.shiftKey && at.row === this.state.row && at.column === this.state.column && matchMedia("(pointer: coarse)").matches) this.edit(null);
    else if (at.number) {
      this.state.fromColumn = this.columns.length - 1;
      if (!event.shiftKey) this.state.fromRow = at.row;
      this.state.row = at.row;
      this.state.column = 0;
      this.changed();
    } else this.move(at.row, at.column, event.shiftKey);
  }

  // From one corner of the selection to the other, where the active cell is; nothing is scrolled.
  choose(fromRow, fromColumn, row, column) {
    Object.assign(this.state, { fromRow, fromColumn, row, column });
    this.changed();
  }

  key(event) {
    if (event.target !== this.box || !this.sheet.ids.length) return;
    const { row, column } = this.state;
    const far = event.ctrlKey || event.metaKey;
    const last = this.sheet.ids.length - 1;
    const steps = {
      ArrowUp: [far ? 0 : row - 1, column], ArrowDown: [far ? last : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1], ArrowRight: [row, far ? this.columns.length - 1 : column + 1],
      PageUp: [row - this.view.rowsInSight, column], PageDown: [row + this.view.rowsInSight, column],
      Home: [far ? 0 : row, 0], End: [far ? last : row, this.columns.length - 1],
    };
    const step = steps[event.key];
    if (step && !event.altKey) this.move(...step, event.shiftKey);
    else if (event.key === "Tab") { if (!this.tab(event.shiftKey)) return; }
    else if (event.key === "Enter") this.move(row + (event.shiftKey ? -1 : 1), column);
    else if (event.key === "F2") this.edit(null);
    else if (event.key === "Escape") this.move(row, column);
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.altKey && event.key === "ArrowDown") this.edit(null);
    else if (event.key === " " && event.shiftKey) this.choose(this.state.fromRow, 0, row, this.columns.length - 1);
    else if (event.key === " " && far) this.choose(0, this.state.fromColumn, last, column);
    else if (far) {
      const letter = event.key.toLowerCase();
      if (letter === "z") event.shiftKey ? this.sheet.redo() : this.sheet.undo();
      else if (letter === "y") this.sheet.redo();
      else if (letter === "d") this.fillDown();
      else if (letter === "a") this.choose(0, 0, last, this.columns.length - 1);
      else return; // copying, cutting and pasting are events of their own
    } else if (!event.altKey && (event.key.length === 1 || event.key === "Process" || event.keyCode === 229)) {
      this.edit(""); // the sign itself goes into the editor, and so does what a Chinese input method composes
      return;
    } else return;
    event.preventDefault();
  }

  // To the next cell; false at the ends of the grid, where Tab leaves it.
  tab(back) {
    const { row, column } = this.state;
    const next = column + (back ? -1 : 1);
    if (next >= 0 && next < this.columns.length) this.move(row, next);
    else if (row + (back ? -1 : 1) >= 0 && row + (back ? -1 : 1) < this.sheet.ids.length) this.move(row + (back ? -1 : 1), back ? this.columns.length - 1 : 0);
    else return false;
    return true;
  }

  edit(start) {
    const { row, column } = this.state;
    if (!this.sheet.row(row) || this.sheet.gone.has(this.sheet.ids[row])) return;
    const one = this.columns[column];
    this.editing = { row, column, name: one.name, before: this.sheet.value(row, one.name) };
    const place = this.view.place(row, column);
    const { left, width } = this.view.within(place);
    Object.assign(this.editor.style, { left: `${left}px`, top: `${place.top}px`, width: `${width}px`, height: `${place.height * (one.long ? 3 : 1)}px` });
    this.editor.hidden = false;
    this.editor.value = start ?? this.editing.before;
    this.editor.maxLength = Math.max(one.most || 2000, this.editing.before.length);
    this.editor.setAttribute("aria-label", this.words.cell.replace("{row}", row + 1).replace("{column}", one.label));
    this.editor.focus({ preventScroll: true });
    if (start === null) this.editor.select();
    this.suggest();
  }

  // All values of the scheme while nothing is typed over the old one, else those that hold it, beginnings first.
  suggest() {
    const one = this.editing && this.columns[this.editing.column];
    if (!one) return;
    const typed = this.editor.value;
    const all = typed === this.editing.before;
    const fitting = one.values.filter((value) => value !== typed && (all || value.includes(typed)));
    if (!all) fitting.sort((a, b) => b.startsWith(typed) - a.startsWith(typed));
    if (one.authority && typed) this.ask(one, typed);
    this.offer(fitting.slice(0, 40));
  }

  // Right names that begin as what was typed last; an answer to what is not there any more counts not.
  async ask(one, typed) {
    clearTimeout(this.asking);
    await new Promise((wake) => { this.asking = setTimeout(wake, 150); });
    const query = new URLSearchParams({ kind: one.authority, text: typed });
    const answer = await fetch(`${this.place.dataset.suggest}?${query}`, { credentials: "same-origin" });
    if (!answer.ok || !this.editing || this.editor.value !== typed) return;
    const { names } = await answer.json();
    if (this.editing && this.editor.value === typed) this.offer(names);
  }

  offer(fitting) { this.offers.show(fitting, this.view.place(this.editing.row, this.editing.column)); }

  editorKey(event) {
    if (event.isComposing) return;
    const { row, column } = this.editing || this.state;
    const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const taken = event.key === "Enter" || event.key === "Tab" ? this.offers.value : null;
    if (taken !== null) this.editor.value = taken;
    if (event.key === "Escape") { this.editing = null; this.close(); this.box.focus(); }
    else if (arrow && this.offers.open) this.offers.step(arrow);
    else if (event.key === "Enter" && event.ctrlKey) { this.commit(true); this.box.focus(); }
    else if (event.key === "Enter" && !event.altKey) { this.commit(); this.box.focus(); this.move(row + (event.shiftKey ? -1 : 1), column); }
    else if (event.key === "Enter") { const at = this.editor.selectionStart; this.editor.setRangeText("\n", at, this.editor.selectionEnd, "end"); }
    else if (event.key === "Tab") { this.commit(); this.box.focus(); this.tab(event.shiftKey); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // What was typed goes into its cell, or with `everywhere` into all cells of the selection.
  commit(everywhere = false) {
    const { editing } = this;
    if (!editing) return;
    this.editing = null;
    const value = this.editor.value.trim();
    this.close();
    if (everywhere) this.fill(value);
    else if (value !== editing.before) this.sheet.write([{ place: editing.row, name: editing.name, value }]);
  }

  close() {
    this.editor.hidden = true;
    this.offers.hide();
  }

  say(words) { this.place.querySelector("[data-said]").textContent = words; }

  // Rows that were not in sight yet are fetched first; false where the server does not answer.
  async fetched(top, bottom) {
    try {
      await this.sheet.need(top, bottom);
      return true;
    } catch {
      this.say(this.words.not_there);
      return false;
    }
  }

  cells(chosen = this.view.chosen()) {
    const found = [];
    for (let row = chosen.top; row <= chosen.bottom; row += 1) {
      for (let column = chosen.left; column <= chosen.right; column += 1) found.push([row, column]);
    }
    return found;
  }

  clear() { return this.fill(""); }

  async fill(value) {
    const chosen = this.view.chosen();
    if (!await this.fetched(chosen.top, chosen.bottom)) return;
    this.sheet.write(this.cells(chosen).map(([place, column]) => ({ place, name: this.columns[column].name, value })));
  }

  async fillDown() {
    const chosen = this.view.chosen();
    const top = chosen.top === chosen.bottom ? chosen.top - 1 : chosen.top;
    if (top < 0 || !await this.fetched(top, chosen.bottom)) return;
    this.sheet.write(this.cells({ ...chosen, top: top + 1 }).map(([place, column]) => {
      const { name } = this.columns[column];
      return { place, name, value: this.sheet.value(top, name) };
    }));
  }

  // What is copied must be here at once: rows that are not are fetched, and the keys are to be pressed again.
  copy(event) {
    if (event.target !== this.box) return false;
    event.preventDefault();
    const { top, bottom, left, right } = this.view.chosen();
    if (!this.sheet.has(top, bottom)) {
      this.say(this.words.loading);
      this.fetched(top, bottom).then((there) => { if (there) this.say(this.words.copy_again); });
      return false;
    }
    const rows = [];
    for (let row = top; row <= bottom; row += 1) rows.push(this.columns.slice(left, right + 1).map((column) => this.sheet.value(row, column.name)));
    event.clipboardData.setData("text/plain", writeTable(rows));
    this.say(this.words.copied.replace("{n}", number(rows.length * (right - left + 1))));
    return true;
  }

  // A table is laid from the upper left cell of the selection on, as far as the grid goes, and again and again where
  // the selection is so many times as large; so one value fills it.
  async paste(event) {
    if (event.target !== this.box) return;
    event.preventDefault();
    const table = readTable(event.clipboardData.getData("text/plain"));
    const { top, bottom, left, right } = this.view.chosen();
    const wide = Math.max(...table.map((row) => row.length));
    const again = (bottom - top + 1) % table.length === 0 && (right - left + 1) % wide === 0;
    const height = again ? bottom - top + 1 : table.length;
    const width = again ? right - left + 1 : wide;
    const end = Math.min(this.sheet.ids.length, top + height);
    const edge = Math.min(this.columns.length, left + width);
    if (!await this.fetched(top, end - 1)) return;
    const changes = [];
    for (let row = top; row < end; row += 1) {
      for (let column = left; column < edge; column += 1) {
        const value = table[(row - top) % table.length][(column - left) % wide];
        if (value !== undefined) changes.push({ place: row, name: this.columns[column].name, value: value.trim() });
      }
    }
    this.sheet.write(changes);
    this.say([
      this.words.pasted.replace("{n}", number(changes.length)),
      top + height > end ? this.words.rows_over.replace("{n}", number(top + height - end)) : "",
      left + width > edge ? this.words.columns_over.replace("{n}", left + width - edge) : "",
    ].join(" ").trim());
    this.choose(top, left, end - 1, edge - 1);
  }

  nextFault() {
    const { faults } = this.sheet.counts();
    const shown = faults.map(([row, name]) => [row, this.columns.findIndex((column) => column.name === name)]).filter(([, column]) => column >= 0);
    if (!shown.length) return;
    const { row, column } = this.state;
    const next = shown.find(([r, c]) => r > row || (r === row && c > column)) || shown[0];
    this.move(...next);
    this.box.focus({ preventScroll: true });
  }

  // What stands around the grid: how much is saved, what needs a look, and why beside the cell.
  tell() {
    const { unsaved, faults } = this.sheet.counts();
    const { top, bottom, left, right } = this.view.chosen();
    const many = (bottom - top + 1) * (right - left + 1);
    const state = this.sheet.problem || (this.sheet.sending ? this.words.saving.replace("{n}", number(unsaved))
      : unsaved ? this.words.unsaved.replace("{n}", number(unsaved)) : this.words.saved);
    this.status.textContent = many > 1 ? `${state} ${this.words.selected.replace("{n}", number(many))}` : state;
    this.status.classList.toggle("wrong", Boolean(this.sheet.problem));
    this.faults.hidden = !faults.length;
    this.faults.textContent = this.words.faults.replace("{n}", number(faults.length));
    this.place.dataset.unsaved = String(unsaved);
    this.place.dataset.faulty = String(faults.length);
    this.box.setAttribute("aria-activedescendant", "grid-active");
    this.tellCell();
  }

  tellCell() {
    const { row, column } = this.state;
    const one = this.columns[column];
    const cell = one && this.sheet.cell(row, one.name);
    const wrong = cell && (cell.state === "fault" || cell.state === "met");
    this.bubble.hidden = !wrong;
    if (!wrong) return;
    const met = cell.state === "met";
    const words = met ? this.words.met.replace("{by}", cell.by).replace("{value}", cell.theirs || "–") : cell.why;
    const acts = met ? [["take", this.words.take], ["keep", this.words.keep]] : [["take", this.words.put_back]];
    const said = document.createElement("span");
    said.textContent = words;
    this.bubble.replaceChildren(said, ...acts.map(([act, label]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.dataset.act = act;
      button.textContent = label;
      return button;
    }));
    const { left, top, height } = this.view.place(row, column);
    const room = Math.min(340, this.box.clientWidth - 16);
    const edge = this.box.scrollLeft + this.box.clientWidth - room - 8;
    Object.assign(this.bubble.style, { left: `${Math.max(8, Math.min(left, edge))}px`, top: `${top + height}px`, width: `${room}px` });
  }
}
