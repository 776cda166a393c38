// When the server can't be reached, a page that updates itself says so instead of standing still.
export function watchErrors(root) {
  const notice = root.querySelector("[data-offline]");
  if (!notice) return;
  root.addEventListener("htmx:sendError", () => { notice.hidden = false; });
  root.addEventListener("htmx:afterOnLoad", () => { notice.hidden = true; });
}
