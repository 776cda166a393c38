// Drawing the grid: only the rows in sight exist; rows that leave on one side come back on the other.
const HEIGHT = 34;
const SPARE = 8;

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
    const widths = ["54px", "230px", ...columns.map((column) => `${column.width}px`)];
    this.box.style.setProperty("--columns", widths.join(" "));
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
    this.canvas.style.height = `${total * HEIGHT}px`;
    this.box.setAttribute("aria-rowcount", String(total + 1));
    const first = Math.max(0, Math.floor(this.box.scrollTop / HEIGHT) - SPARE);
    const number = Math.min(total, Math.ceil(this.box.clientHeight / HEIGHT) + 2 * SPARE);
    while (this.pool.length < number) this.pool.push(this.newRow());
    const last = Math.min(total, first + number);
    const size = this.pool.length;
    const inSight = new Set();
    for (let place = first; place < last; place += 1) {
      const row = this.pool[place % size];
      inSight.add(row);
      this.fill(row, place);
    }
    for (const row of this.pool) if (!inSight.has(row) && row.place >= 0) { row.place = -1; row.element.hidden = true; }
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
      row.element.style.top = `${place * HEIGHT}px`;
      row.element.setAttribute("aria-rowindex", String(place + 2));
    }
    const kept = this.sheet.row(place);
    const gone = this.sheet.gone.has(this.sheet.ids[place]);
    const chosen = this.chosen();
    row.cells.forEach((cell, index) => {
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
    const widths = [54, 230, ...this.columns.map((one) => one.width)];
    const left = widths.slice(0, column + 2).reduce((sum, width) => sum + width, 0);
    return { left, top: (row + 1) * HEIGHT, width: widths[column + 2], height: HEIGHT };
  }

  show(row, column) {
    const { left, top, width } = this.place(row, column);
    const box = this.box;
    const fixed = box.clientWidth > 560 ? 284 : 54;
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
