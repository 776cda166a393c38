// The grid under the fingers: keys, mouse, clipboard, the editor of a cell, and the words around it.
import { readTable, writeTable } from "./clipboard.js";
import { Sheet } from "./sheet.js";
import { View } from "./view.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);

export class Grid {
  constructor(place) {
    this.place = place;
    this.words = read("grid-words");
    this.all = read("grid-columns");
    this.columns = this.all.filter((column) => column.shown);
    this.state = { row: 0, column: 0, fromRow: 0, fromColumn: 0 };
    this.sheet = new Sheet(place, this.all, this.words, (row) => this.changed(row));
    this.view = new View(place, this.sheet, this.state);
    this.box = this.view.box;
    this.editor = place.querySelector("[data-editor]");
    this.bubble = place.querySelector("[data-bubble]");
    this.status = place.querySelector("[data-status]");
    this.faults = place.querySelector("[data-faults]");
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
    box.addEventListener("cut", (event) => { this.copy(event); this.clear(); });
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
    const at = this.view.at(event);
    if (!at || event.button !== 0) return;
    event.preventDefault();
    this.commit();
    this.box.focus({ preventScroll: true });
    if (at.number) {
      this.state.fromColumn = this.columns.length - 1;
      if (!event.shiftKey) this.state.fromRow = at.row;
      this.state.row = at.row;
      this.state.column = 0;
      this.changed();
    } else this.move(at.row, at.column, event.shiftKey);
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
    else if (far) {
      const letter = event.key.toLowerCase();
      if (letter === "z") event.shiftKey ? this.sheet.redo() : this.sheet.undo();
      else if (letter === "y") this.sheet.redo();
      else if (letter === "d") this.fillDown();
      else if (letter === "a") { Object.assign(this.state, { row: last, column: this.columns.length - 1, fromRow: 0, fromColumn: 0 }); this.changed(); }
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
    const { left, top, width, height } = this.view.place(row, column);
    Object.assign(this.editor.style, { left: `${left}px`, top: `${top}px`, minWidth: `${width}px`, height: `${one.long ? height * 3 : height}px` });
    this.editor.hidden = false;
    this.editor.value = start ?? this.editing.before;
    this.editor.maxLength = Math.max(one.most || 2000, this.editing.before.length);
    this.editor.setAttribute("aria-label", this.words.cell.replace("{row}", row + 1).replace("{column}", one.label));
    this.editor.focus({ preventScroll: true });
    if (start === null) this.editor.select();
    this.suggest();
  }

  suggest() {
    const list = this.place.querySelector("[data-values]");
    const one = this.editing && this.columns[this.editing.column];
    const typed = this.editor.value;
    const fitting = one ? one.values.filter((value) => value !== typed && value.startsWith(typed)).slice(0, 12) : [];
    if (one && one.authority && typed) this.ask(one, typed);
    this.offer(list, fitting);
  }

  // Right names that begin as what was typed last; an answer to what is not there any more counts not.
  async ask(one, typed) {
    clearTimeout(this.asking);
    await new Promise((wake) => { this.asking = setTimeout(wake, 150); });
    const query = new URLSearchParams({ kind: one.authority, text: typed });
    const answer = await fetch(`${this.place.dataset.suggest}?${query}`, { credentials: "same-origin" });
    if (!answer.ok || !this.editing || this.editor.value !== typed) return;
    this.offer(this.place.querySelector("[data-values]"), (await answer.json()).names);
  }

  offer(list, fitting) {
    list.replaceChildren(...fitting.map((value) => {
      const item = document.createElement("button");
      item.type = "button";
      item.tabIndex = -1;
      item.textContent = value;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); this.editor.value = value; this.commit(); this.box.focus(); });
      return item;
    }));
    list.hidden = !fitting.length;
    if (!fitting.length) return;
    const { left, top, height } = this.view.place(this.editing.row, this.editing.column);
    Object.assign(list.style, { left: `${left}px`, top: `${top + height}px` });
  }

  editorKey(event) {
    if (event.isComposing) return;
    const { row, column } = this.editing || this.state;
    if (event.key === "Escape") { this.editing = null; this.close(); this.box.focus(); }
    else if (event.key === "Enter" && !event.altKey) { this.commit(); this.box.focus(); this.move(row + (event.shiftKey ? -1 : 1), column); }
    else if (event.key === "Enter") { const at = this.editor.selectionStart; this.editor.setRangeText("\n", at, this.editor.selectionEnd, "end"); }
    else if (event.key === "Tab") { this.commit(); this.box.focus(); this.tab(event.shiftKey); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  commit() {
    const { editing } = this;
    if (!editing) return;
    this.editing = null;
    const value = this.editor.value.trim();
    this.close();
    if (value !== editing.before) this.sheet.write([{ place: editing.row, name: editing.name, value }]);
  }

  close() {
    this.editor.hidden = true;
    this.place.querySelector("[data-values]").hidden = true;
  }

  cells(chosen = this.view.chosen()) {
    const found = [];
    for (let row = chosen.top; row <= chosen.bottom; row += 1) {
      for (let column = chosen.left; column <= chosen.right; column += 1) found.push([row, column]);
    }
    return found;
  }

  async clear() {
    const chosen = this.view.chosen();
    await this.sheet.need(chosen.top, chosen.bottom);
    this.sheet.write(this.cells(chosen).map(([place, column]) => ({ place, name: this.columns[column].name, value: "" })));
  }

  async fillDown() {
    const chosen = this.view.chosen();
    const top = chosen.top === chosen.bottom ? chosen.top - 1 : chosen.top;
    if (top < 0) return;
    await this.sheet.need(top, chosen.bottom);
    this.sheet.write(this.cells({ ...chosen, top: top + 1 }).map(([place, column]) => {
      const { name } = this.columns[column];
      return { place, name, value: this.sheet.value(top, name) };
    }));
  }

  copy(event) {
    if (event.target !== this.box) return;
    const { top, bottom, left, right } = this.view.chosen();
    const rows = [];
    for (let row = top; row <= bottom; row += 1) rows.push(this.columns.slice(left, right + 1).map((column) => this.sheet.value(row, column.name)));
    event.clipboardData.setData("text/plain", writeTable(rows));
    event.preventDefault();
  }

  // One value fills the selection; a table is laid from its upper left cell on, as far as the grid goes.
  async paste(event) {
    if (event.target !== this.box) return;
    event.preventDefault();
    const table = readTable(event.clipboardData.getData("text/plain"));
    const { top, bottom, left, right } = this.view.chosen();
    const single = table.length === 1 && table[0].length === 1;
    const height = single ? bottom - top + 1 : table.length;
    const width = single ? right - left + 1 : Math.max(...table.map((row) => row.length));
    const end = Math.min(this.sheet.ids.length, top + height);
    await this.sheet.need(top, end - 1);
    const changes = [];
    for (let row = top; row < end; row += 1) {
      for (let column = left; column < Math.min(this.columns.length, left + width); column += 1) {
        const value = single ? table[0][0] : table[row - top][column - left];
        if (value !== undefined) changes.push({ place: row, name: this.columns[column].name, value: value.trim() });
      }
    }
    this.sheet.write(changes);
    Object.assign(this.state, { fromRow: top, fromColumn: left, row: end - 1, column: Math.min(this.columns.length, left + width) - 1 });
    const over = top + height - end;
    if (over > 0) this.place.querySelector("[data-said]").textContent = this.words.pasted.replace("{n}", changes.length).replace("{over}", over);
    this.changed();
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
    const state = this.sheet.problem || (this.sheet.sending ? this.words.saving.replace("{n}", this.sheet.sending.rows.length)
      : unsaved ? this.words.unsaved.replace("{n}", unsaved) : this.words.saved);
    this.status.textContent = many > 1 ? `${state} ${this.words.selected.replace("{n}", many)}` : state;
    this.status.classList.toggle("wrong", Boolean(this.sheet.problem));
    this.faults.hidden = !faults.length;
    this.faults.textContent = this.words.faults.replace("{n}", faults.length);
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
