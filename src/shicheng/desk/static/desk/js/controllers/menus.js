// One menu open at a time; Escape or a click elsewhere closes it.
export function closeMenus(root) {
  const close = (but) => {
    for (const menu of root.querySelectorAll("details.menu[open]")) if (menu !== but) menu.open = false;
  };
  root.addEventListener("click", (event) => close(event.target.closest("details.menu")));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = root.querySelector("details.menu[open]");
    close();
    if (open) open.querySelector("summary").focus();
  });
}
