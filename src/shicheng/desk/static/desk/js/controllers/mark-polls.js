// What a page asks for by itself, again and again, is marked: only what a person does keeps a session from ending.
export function markPolls(root) {
  root.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent) event.detail.headers["HX-Poll"] = "true";
  });
}
