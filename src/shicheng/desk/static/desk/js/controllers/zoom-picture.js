// Looks into a large picture with OpenSeadragon once its tiles are cut; until then the drawn page stays.
const PATIENCE = 600; // looks, one a second

export function zoomPictures(root) {
  for (const place of root.querySelectorAll("[data-zoom]")) open(place).catch(() => {});
}

async function open(place) {
  const [text] = await Promise.all([tiles(place.dataset.src), load(place.dataset.library)]);
  const size = new DOMParser().parseFromString(text, "application/xml");
  const image = size.documentElement;
  const measure = image.getElementsByTagName("Size")[0];
  place.hidden = false;
  declareStyled();
  const viewer = new window.OpenSeadragon({
    element: place.querySelector("[data-picture]"), drawer: "canvas", showNavigationControl: false,
    maxZoomPixelRatio: 2, gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    showNavigator: false, animationTime: 0.4, visibilityRatio: 0.5,
    tileSources: {
      Image: {
        xmlns: "http://schemas.microsoft.com/deepzoom/2008",
        Url: place.dataset.src.replace(/\.dzi$/, "_files/"), Format: image.getAttribute("Format"),
        Overlap: image.getAttribute("Overlap"), TileSize: image.getAttribute("TileSize"),
        Size: { Width: measure.getAttribute("Width"), Height: measure.getAttribute("Height") },
      },
    },
  });
  viewer.addOnceHandler("tile-drawn", () => { place.dataset.drawn = "yes"; });
  viewer.addOnceHandler("open", () => { place.parentElement.querySelector("[data-page]").hidden = true; });
  viewer.addOnceHandler("open-failed", () => { place.hidden = true; });
  const acts = {
    smaller: () => viewer.viewport.zoomBy(1 / 1.5).applyConstraints(),
    larger: () => viewer.viewport.zoomBy(1.5).applyConstraints(),
    fit: () => viewer.viewport.goHome(),
    turn: () => viewer.viewport.setRotation(viewer.viewport.getRotation() + 90),
    whole: () => (document.fullscreenElement ? document.exitFullscreen() : place.requestFullscreen()),
  };
  place.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button) acts[button.dataset.do]();
  });
}

async function tiles(address) {
  for (let look = 0; look < PATIENCE; look += 1) {
    const answer = await fetch(address, { credentials: "same-origin" });
    const text = await answer.text();
    if (answer.status === 200) return text;
    if (answer.status !== 202) throw new Error(String(answer.status));
    await new Promise((done) => { setTimeout(done, 1000); });
  }
  throw new Error("no tiles");
}

// OpenSeadragon adds a style element for phones unless it finds one, which the page's policy forbids: its one rule is
// in viewer.css, and what it finds is an element of that name that styles nothing.
function declareStyled() {
  const style = document.createElementNS("about:blank", "style");
  style.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(style);
}

function load(address) {
  if (window.OpenSeadragon) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });
}
