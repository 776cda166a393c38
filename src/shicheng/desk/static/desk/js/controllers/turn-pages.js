// Left and right turn the pages of a document, with the links that are there anyway.
export function turnPages(root) {
  root.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, video, audio, pre")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = wanted && root.querySelector(`[data-turn="${wanted}"]`);
    if (link) link.click();
  });
}
