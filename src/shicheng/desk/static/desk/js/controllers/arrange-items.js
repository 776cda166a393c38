// Moving files between items: by drawing them with the mouse and by keys. Both press the buttons of the form, which
// work without any of this.
function press(form, verb, { files = [], target = "", before = "" } = {}) {
  for (const box of form.querySelectorAll("input[name=file]")) box.checked = files.includes(box.value);
  form.querySelector("input[name=verb]").value = verb;
  form.querySelector("input[name=target]").value = target;
  form.querySelector("input[name=before]").value = before;
  form.requestSubmit();
}

// Files that go along: the chosen ones if this is one of them, else this one alone.
function chosen(row) {
  const boxes = [...row.closest("form").querySelectorAll("input[name=file]:checked")].map((box) => box.value);
  return boxes.includes(row.dataset.file) ? boxes : [row.dataset.file];
}

export function arrangeItems(root) {
  let moving = null;
  let kept = null; // which file has the focus while the board is drawn anew
  const clear = () => { for (const one of root.querySelectorAll(".here")) one.classList.remove("here"); };
  root.addEventListener("dragstart", (event) => {
    const row = event.target.closest?.("[data-arrange] [data-file]");
    if (!row) return;
    moving = { row, files: chosen(row) };
    row.classList.add("moving");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.file);
  });
  root.addEventListener("dragend", () => { moving?.row.classList.remove("moving"); moving = null; clear(); });
  root.addEventListener("dragover", (event) => {
    if (!moving) return;
    const row = event.target.closest?.("[data-file]");
    const place = event.target.closest?.("[data-item], [data-loose]");
    clear();
    if (!place) return;
    event.preventDefault();
    (row ?? place.querySelector("[data-files-of]")).classList.add("here");
  });
  root.addEventListener("drop", (event) => {
    if (!moving) return;
    const place = event.target.closest?.("[data-item], [data-loose]");
    if (!place) return;
    event.preventDefault();
    const before = event.target.closest("[data-file]")?.dataset.file ?? "";
    const form = place.closest("form");
    const { files } = moving;
    moving = null;
    if (place.dataset.item) press(form, "put", { files, target: place.dataset.item, before: files.includes(before) ? "" : before });
    else press(form, "loosen", { files });
  });
  root.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-arrange] [data-file]");
    if (!row || event.target !== row) return;
    const step = { ArrowUp: "[data-up]", ArrowDown: "[data-down]" }[event.key];
    if (event.altKey && step) {
      event.preventDefault();
      kept = row.dataset.file;
      const button = row.querySelector(step);
      if (button && !button.disabled) button.click();
    } else if (event.altKey && event.key === "Home") {
      event.preventDefault();
      kept = row.dataset.file;
      if (row.closest("[data-item]")) press(row.closest("form"), "split", { files: chosen(row) });
      else press(row.closest("form"), "form", { files: chosen(row) });
    } else if (event.key === "Delete") {
      event.preventDefault();
      if (row.closest("[data-item]")) press(row.closest("form"), "loosen", { files: chosen(row) });
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const rows = [...root.querySelectorAll("[data-arrange] [data-file]")];
      rows[rows.indexOf(row) + (event.key === "ArrowUp" ? -1 : 1)]?.focus();
    } else if (event.key === " ") {
      event.preventDefault();
      const box = row.querySelector("input[name=file]");
      box.checked = !box.checked;
    }
  });
  root.addEventListener("htmx:afterSwap", () => {
    if (kept) root.querySelector(`[data-file="${kept}"]`)?.focus();
    kept = null;
  });
}
