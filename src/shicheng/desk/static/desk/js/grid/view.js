// Drawing the grid: only the rows in sight exist; rows that leave on one side come back on the other. Of their cells
// only those in sight are shown.
const HEIGHT = 34;
const SPARE = 8;
const NUMBER = 54;
const CODE = 230;

export class View {
  constructor(place, sheet, state) {
    this.sheet = sheet;
    this.state = state; // {row, column, fromRow, fromColumn}: the active cell and the corner of the selection
    this.box = place.querySelector("[data-box]");
    this.pool = [];
    this.canvas = document.createElement("div");
    this.canvas.className = "grid-canvas";
    this.head = document.createElement("div");
    this.head.className = "grid-row grid-head";
    this.head.setAttribute("role", "row");
    this.box.append(this.head, this.canvas);
    this.drawn = 0;
    this.box.addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => this.soon()).observe(this.box);
  }

  // Columns that are shown, and how wide they are.
  setColumns(columns) {
    this.columns = columns;
    this.lefts = [0, NUMBER, NUMBER + CODE]; // where each cell of a row begins, and the end
    for (const { width } of columns) this.lefts.push(this.lefts.at(-1) + width);
    const widths = [NUMBER, CODE, ...columns.map((column) => column.width)];
    this.box.style.setProperty("--columns", widths.map((width) => `${width}px`).join(" "));
    this.box.style.setProperty("--wide", `${this.lefts.at(-1)}px`);
    this.canvas.replaceChildren();
    this.pool = [];
    this.head.replaceChildren(this.headCell("", "grid-number"), this.headCell(this.sheet.words.code, "grid-code"),
      ...columns.map((column, place) => this.headCell(column.label + (column.must ? " *" : ""), "", place)));
    this.box.setAttribute("aria-colcount", String(columns.length + 1));
    this.soon();
  }

  headCell(text, look, place = -1) {
    const cell = document.createElement("div");
    cell.className = `grid-cell ${look}`;
    cell.setAttribute("role", "columnheader");
    cell.column = place;
    cell.textContent = text;
    return cell;
  }

  soon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.draw(); });
  }

  draw() {
    const total = this.sheet.ids.length;
    if (this.total !== total) {
      this.total = total;
      this.canvas.style.height = `${total * HEIGHT}px`;
      this.box.setAttribute("aria-rowcount", String(total + 1));
    }
    const { scrollLeft, clientWidth } = this.box;
    this.seen = this.lefts.map((left, place) => place < 2 || (left < scrollLeft + clientWidth + CODE && this.lefts[place + 1] > scrollLeft));
    this.marked = this.chosen();
    const inSightAtOnce = Math.ceil(this.box.clientHeight / HEIGHT) + 1;
    // Rows beyond what is in sight help who scrolls slowly; who flies by sees none of them before they are gone.
    const flies = Math.abs(this.box.scrollTop - (this.top ?? 0)) > this.box.clientHeight / 2;
    this.top = this.box.scrollTop;
    const spare = flies ? 0 : SPARE;
    const first = Math.max(0, Math.floor(this.top / HEIGHT) - spare);
    const size = Math.min(total, inSightAtOnce + 2 * spare);
    while (this.pool.length < size) this.pool.push(this.newRow());
    const last = Math.min(total, first + size);
    if (flies) this.soon();
    const inSight = new Set();
    for (let place = first; place < last; place += 1) {
      const row = this.pool[place % size];
      inSight.add(row);
      this.fill(row, place);
    }
    for (const row of this.pool) if (!inSight.has(row) && row.place >= 0) { row.place = -1; row.element.hidden = true; row.cells.forEach((cell, index) => this.leave(row, index)); }
    this.drawn += 1;
    if (last > first) this.sheet.need(first, last - 1).catch(() => { this.sheet.soon(3000); });
  }

  newRow() {
    const element = document.createElement("div");
    element.className = "grid-row";
    element.setAttribute("role", "row");
    const cells = [];
    for (let column = -2; column < this.columns.length; column += 1) {
      const cell = document.createElement("div");
      cell.className = `grid-cell ${column === -2 ? "grid-number" : column === -1 ? "grid-code" : ""}`;
      cell.setAttribute("role", column < 0 ? "rowheader" : "gridcell");
      cell.setAttribute("aria-colindex", String(Math.max(1, column + 2)));
      cell.style.gridColumn = String(column + 3);
      cell.column = column;
      cells.push(cell);
    }
    element.append(...cells);
    this.canvas.append(element);
    return { element, cells, place: -1, texts: [], looks: [] };
  }

  fill(row, place) {
    if (row.place !== place) {
      row.place = place;
      row.element.hidden = false;
      row.element.style.transform = `translateY(${place * HEIGHT}px)`;
      row.element.setAttribute("aria-rowindex", String(place + 2));
    }
    const kept = this.sheet.row(place);
    const gone = this.sheet.gone.has(this.sheet.ids[place]);
    const chosen = this.marked;
    row.cells.forEach((cell, index) => {
      if (cell.hidden === this.seen[index]) cell.hidden = !this.seen[index];
      if (!this.seen[index]) { this.leave(row, index); return; }
      const column = index - 2;
      let text = "";
      let look = column === -2 ? "grid-number" : column === -1 ? "grid-code" : "";
      if (column === -2) text = String(place + 1);
      else if (column === -1) text = kept ? kept.ref : gone ? "×" : "…";
      else {
        const typed = this.sheet.cell(place, this.columns[column].name);
        text = kept ? this.sheet.value(place, this.columns[column].name) : "";
        if (typed) look += ` is-${typed.state}`;
        if (place >= chosen.top && place <= chosen.bottom && column >= chosen.left && column <= chosen.right) look += " is-chosen";
        if (place === this.state.row && column === this.state.column) look += " is-active";
      }
      if (gone) look += " is-gone";
      if (row.texts[index] !== text) { row.texts[index] = text; cell.textContent = text.length > 300 ? `${text.slice(0, 300)}…` : text; }
      if (row.looks[index] !== look) {
        row.looks[index] = look;
        cell.className = `grid-cell ${look}`;
        if (column >= 0) cell.toggleAttribute("aria-selected", look.includes("is-chosen"));
        if (look.includes("is-active")) cell.id = "grid-active"; else cell.removeAttribute("id");
        if (look.includes("is-fault") || look.includes("is-met")) cell.setAttribute("aria-invalid", "true"); else cell.removeAttribute("aria-invalid");
      }
    });
  }

  // A cell that is not shown is not the active one, whatever it was before.
  leave(row, index) {
    if (!row.looks[index]?.includes("is-active")) return;
    row.looks[index] = undefined;
    row.cells[index].removeAttribute("id");
  }

  chosen() {
    const { row, column, fromRow, fromColumn } = this.state;
    return {
      top: Math.min(row, fromRow), bottom: Math.max(row, fromRow),
      left: Math.min(column, fromColumn), right: Math.max(column, fromColumn),
    };
  }

  // As wide as a cell, but within what can be seen of the box.
  within({ left, width }) {
    const edge = this.box.scrollLeft + this.box.clientWidth - 4;
    const room = Math.min(Math.max(width, 180), this.box.clientWidth - 62);
    return { left: Math.min(left, edge - room), width: room };
  }

  // Where a cell lies in the box that scrolls.
  place(row, column) {
    const left = this.lefts[column + 2];
    return { left, top: (row + 1) * HEIGHT, width: this.lefts[column + 3] - left, height: HEIGHT };
  }

  show(row, column) {
    const { left, top, width } = this.place(row, column);
    const box = this.box;
    const fixed = box.clientWidth > 560 ? NUMBER + CODE : NUMBER;
    if (top - HEIGHT < box.scrollTop) box.scrollTop = top - HEIGHT;
    else if (top + HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + HEIGHT - box.clientHeight;
    if (left - fixed < box.scrollLeft) box.scrollLeft = Math.max(0, left - fixed);
    // Of a cell that is wider than what can be seen, the beginning.
    else if (left + width > box.scrollLeft + box.clientWidth) box.scrollLeft = Math.min(left - fixed, left + width - box.clientWidth);
    this.draw();
  }

  at(event) {
    const cell = event.target.closest?.(".grid-cell");
    const row = this.pool.find((one) => one.element === cell?.parentElement);
    return row && row.place >= 0 ? { row: row.place, column: Math.max(0, cell.column), number: cell.column < 0 } : null;
  }

  // The column whose head was pressed; null if none was.
  headAt(event) {
    const cell = event.target.closest?.(".grid-head .grid-cell");
    return cell && cell.column >= 0 ? cell.column : null;
  }

  get rowsInSight() { return Math.max(1, Math.floor(this.box.clientHeight / HEIGHT) - 2); }
}
