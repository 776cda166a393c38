// What the grid knows: rows as they are saved, what was typed over them, and what became of each cell.
const WINDOW = 250;
const AT_ONCE = 200;
const PAUSE = 700;
const RETRY = 3000;

export class Sheet {
  constructor(place, columns, words, changed) {
    this.place = place;
    this.columns = columns;
    this.names = columns.map((column) => column.name);
    this.words = words;
    this.changed = changed; // called when something is to be drawn again
    this.ids = [];
    this.rows = new Map(); // id -> {version, ref, cells: {name: value}}
    this.typed = new Map(); // id -> {name: {value, state: "dirty" | "saving" | "fault" | "met", why, theirs, by}}
    this.gone = new Set();
    this.asked = new Map(); // number of a window -> promise
    this.places = new Map();
    this.done = [];
    this.undone = [];
    this.sending = null;
    this.timer = 0;
    this.problem = "";
  }

  async load() {
    const answer = await fetch(this.place.dataset.ids, { credentials: "same-origin" });
    this.ids = (await answer.json()).ids;
    this.ids.forEach((id, place) => this.places.set(id, place));
    await this.need(0, 0);
  }

  // Rows from one place to another, asked for in windows, each once.
  need(from, to) {
    const wanted = [];
    for (let part = Math.floor(from / WINDOW); part <= Math.floor(to / WINDOW); part += 1) {
      if (part * WINDOW >= this.ids.length || part < 0) continue;
      if (!this.asked.has(part)) {
        const ids = this.ids.slice(part * WINDOW, (part + 1) * WINDOW);
        this.asked.set(part, this.fetchRows(ids).catch((error) => { this.asked.delete(part); throw error; }));
      }
      wanted.push(this.asked.get(part));
    }
    return Promise.all(wanted);
  }

  has(from, to) {
    for (let place = from; place <= to; place += 1) if (!this.rows.has(this.ids[place]) && !this.gone.has(this.ids[place])) return false;
    return true;
  }

  async fetchRows(ids) {
    const { rows } = await this.post(this.place.dataset.rows, { ids, columns: this.names });
    const there = new Set();
    for (const row of rows) {
      there.add(row.id);
      const cells = {};
      this.names.forEach((name, place) => { cells[name] = row.cells[place]; });
      this.rows.set(row.id, { version: row.version, ref: row.ref, cells });
    }
    for (const id of ids) if (!there.has(id)) this.gone.add(id);
    this.changed();
  }

  async post(address, body) {
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.place.querySelector("[name=csrfmiddlewaretoken]").value },
    });
    const kind = answer.headers.get("Content-Type") || "";
    const said = kind.includes("json") ? await answer.json() : {};
    if (!answer.ok) {
      const error = new Error(said.problem || `${answer.status}`);
      error.refused = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
      throw error;
    }
    return said;
  }

  row(place) { return this.rows.get(this.ids[place]); }
  cell(place, name) { return this.typed.get(this.ids[place])?.[name]; }

  value(place, name) {
    const typed = this.cell(place, name);
    return typed ? typed.value : this.row(place)?.cells[name] ?? "";
  }

  // Changes of cells: [{place, name, value}]; one step that can be undone.
  write(changes, { remember = true } = {}) {
    const step = [];
    for (const { place, name, value } of changes) {
      const id = this.ids[place];
      const row = this.rows.get(id);
      if (!row || this.gone.has(id)) continue;
      const before = this.value(place, name);
      const now = this.cell(place, name);
      if (before === value && now?.state !== "met") continue;
      step.push({ id, name, before, after: value });
      this.put(id, name, value);
    }
    if (!step.length) return;
    if (remember) { this.done.push(step); this.undone = []; }
    this.changed();
    this.soon();
  }

  put(id, name, value) {
    const cells = this.typed.get(id) || {};
    const row = this.rows.get(id);
    // A value that goes back to what is saved needs no saving, unless another is just on its way.
    if (row.cells[name] === value && cells[name]?.state !== "saving" && !cells[name]?.onWay) delete cells[name];
    else cells[name] = { value, state: "dirty", onWay: cells[name]?.onWay };
    if (Object.keys(cells).length) this.typed.set(id, cells); else this.typed.delete(id);
  }

  undo() { this.step(this.done, this.undone, "before"); }
  redo() { this.step(this.undone, this.done, "after"); }

  step(from, to, side) {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    for (const one of side === "before" ? [...step].reverse() : step) if (this.rows.has(one.id)) this.put(one.id, one.name, one[side]);
    this.changed(step[0] && this.places.get(step[0].id));
    this.soon();
  }

  // What somebody else saved meanwhile stays, or is written over, now that it was seen.
  settle(place, name, mine) {
    const id = this.ids[place];
    const cell = this.cell(place, name);
    if (!cell) return;
    if (mine && cell.state === "met") cell.state = "dirty";
    else { delete this.typed.get(id)[name]; if (!Object.keys(this.typed.get(id)).length) this.typed.delete(id); }
    this.changed();
    this.soon();
  }

  counts() {
    const found = { unsaved: 0, saving: 0, faults: [] };
    for (const [id, cells] of this.typed) {
      for (const [name, cell] of Object.entries(cells)) {
        if (cell.state === "fault" || cell.state === "met") found.faults.push([this.places.get(id), name]);
        else found.unsaved += 1;
      }
    }
    found.faults.sort((a, b) => a[0] - b[0]);
    return found;
  }

  soon(pause = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  // Save what waits, some rows at a time, until nothing does. The same rows that get no answer are sent again as
  // the same save.
  async save() {
    if (this.sending) return;
    this.sending = this.take();
    while (this.sending) {
      this.changed();
      try {
        const { rows } = await this.post(this.place.dataset.save, this.sending);
        this.problem = "";
        this.settleAnswers(this.sending, rows);
      } catch (error) {
        this.problem = error.refused ? error.message : this.words.offline;
        if (!error.refused) { this.changed(); await new Promise((wake) => { setTimeout(wake, RETRY); }); continue; }
        this.giveBack(this.sending);
        this.sending = null;
        this.changed();
        return;
      }
      this.sending = this.take();
    }
    this.changed();
  }

  take() {
    const rows = [];
    for (const [id, cells] of this.typed) {
      const changes = {};
      for (const [name, cell] of Object.entries(cells)) {
        if (cell.state !== "dirty") continue;
        cell.state = "saving";
        cell.onWay = cell.value;
        changes[name] = cell.value;
      }
      if (Object.keys(changes).length) rows.push({ id, version: this.rows.get(id).version, changes });
      if (rows.length >= AT_ONCE) break;
    }
    if (!rows.length) return null;
    return { key: uuid(), reason: this.reason(), rows };
  }

  reason() { return this.place.querySelector("[name=reason]").value.trim() || this.place.dataset.reason; }

  giveBack(sent) {
    for (const one of sent.rows) for (const name of Object.keys(one.changes)) {
      const cell = this.typed.get(one.id)?.[name];
      if (cell) { delete cell.onWay; if (cell.state === "saving") cell.state = "dirty"; }
    }
  }

  settleAnswers(sent, answers) {
    this.giveBack(sent);
    for (const one of sent.rows) {
      const answer = answers[one.id] || {};
      const row = this.rows.get(one.id);
      const cells = this.typed.get(one.id) || {};
      if (answer.gone) { this.gone.add(one.id); this.typed.delete(one.id); continue; }
      if ("saved" in answer) {
        row.version = answer.saved;
        for (const [name, value] of Object.entries(one.changes)) {
          row.cells[name] = answer.values[name] ?? value;
          // What was typed while it was on its way goes with the next save.
          if (cells[name] && cells[name].value === value) delete cells[name];
        }
      } else if (answer.faults) {
        for (const [name, value] of Object.entries(one.changes)) {
          const cell = cells[name];
          if (!cell || cell.value !== value) continue;
          // The other cells of the row go again without it.
          const why = answer.faults[name] || (answer.faults[""] ?? "");
          cell.state = why || !Object.keys(answer.faults).some((fault) => fault in one.changes) ? "fault" : "dirty";
          cell.why = why || Object.values(answer.faults)[0];
        }
      } else if (answer.met) {
        this.meet(row, cells, answer.met);
      }
      if (Object.keys(cells).length) this.typed.set(one.id, cells); else this.typed.delete(one.id);
    }
  }

  // Somebody was quicker: cells they left alone are saved on their version, the others wait to be looked at.
  meet(row, cells, met) {
    for (const name of this.names) {
      const theirs = met.values[name] ?? "";
      const cell = cells[name];
      if (cell && theirs !== row.cells[name]) {
        if (theirs === cell.value) delete cells[name];
        else { cell.state = "met"; cell.theirs = theirs; cell.by = met.by; }
      }
      row.cells[name] = theirs;
    }
    row.version = met.version;
  }
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const parts = crypto.getRandomValues(new Uint8Array(16));
  parts[6] = (parts[6] & 15) | 64;
  parts[8] = (parts[8] & 63) | 128;
  const text = [...parts].map((part) => part.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
