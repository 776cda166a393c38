// Values offered below the editor of a cell: those of the scheme, or right names. Keys go through them, Enter takes one.
export class Offers {
  constructor(list, editor, take) {
    this.list = list;
    this.editor = editor;
    this.take = take;
    this.chosen = -1;
    list.setAttribute("role", "listbox");
    list.id = "grid-offers";
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      event.preventDefault();
      if (option) this.take(option.textContent);
    });
  }

  get open() { return !this.list.hidden; }
  get value() { return this.chosen < 0 ? null : this.list.children[this.chosen].textContent; }

  show(values, { left, top, height }) {
    this.chosen = -1;
    this.list.replaceChildren(...values.map((value, place) => {
      const option = document.createElement("div");
      option.id = `grid-offer-${place}`;
      option.setAttribute("role", "option");
      option.textContent = value;
      return option;
    }));
    this.list.hidden = !values.length;
    this.editor.setAttribute("aria-controls", this.list.id);
    this.editor.removeAttribute("aria-activedescendant");
    if (values.length) Object.assign(this.list.style, { left: `${left}px`, top: `${top + height}px` });
  }

  hide() { this.show([], {}); }

  // One further, or back to what is typed.
  step(by) {
    const number = this.list.children.length;
    const next = this.chosen + by;
    this.mark(next >= number ? -1 : next < -1 ? number - 1 : next);
  }

  mark(chosen) {
    this.chosen = chosen;
    [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    const option = this.list.children[chosen];
    if (option) { this.editor.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else this.editor.removeAttribute("aria-activedescendant");
  }
}
