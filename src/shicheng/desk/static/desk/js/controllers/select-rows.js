// Selecting rows of a table: all of the page with one tick, a stretch with shift, and how many are selected.
export function selectRows(root) {
  let last = null;
  const boxes = (form) => [...form.querySelectorAll("td.tick input[type=checkbox]")];
  const show = (form) => {
    const all = boxes(form);
    const chosen = all.filter((box) => box.checked).length;
    const tick = form.querySelector("[data-all]");
    if (tick) {
      tick.hidden = false;
      tick.checked = chosen > 0 && chosen === all.length;
      tick.indeterminate = chosen > 0 && chosen < all.length;
    }
    for (const button of form.querySelectorAll("[data-needs-rows]")) button.disabled = chosen === 0;
    const count = form.querySelector("[data-count]");
    if (count) count.textContent = chosen ? `${chosen} ${form.dataset.selected}` : "";
  };
  root.addEventListener("click", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
    const form = box.closest("[data-select-rows]");
    if (!form) return;
    const all = boxes(form);
    if (box.hasAttribute("data-all")) {
      for (const one of all) one.checked = box.checked;
    } else if (all.includes(box)) {
      if (event.shiftKey && last && all.includes(last)) {
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        for (const one of all.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
    }
    show(form);
  });
  const showAll = () => { for (const form of root.querySelectorAll("[data-select-rows]")) show(form); };
  root.addEventListener("htmx:afterSwap", showAll);
  addEventListener("pageshow", showAll);
  showAll();
}
