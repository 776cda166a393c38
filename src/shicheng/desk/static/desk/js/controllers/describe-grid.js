// The grid descriptions are filled in with; its parts are loaded only where a page has one.
export function describeInGrid(root) {
  const place = root.querySelector("[data-grid]");
  if (place) import("../grid/grid.js").then(({ Grid }) => new Grid(place).start());
}
