// Shows a PDF page by page with PDF.js in place of the pages drawn by the server, marks the words somebody searched
// for and goes to the first. Without this script, or if the document can't be opened, the drawn page stays.
const STEP = 1.2;
const STATES = { FOUND: 0, NOT_FOUND: 1 };

export function readDocuments(root) {
  for (const reader of root.querySelectorAll("[data-reader]")) {
    open(reader).catch(() => { reader.hidden = true; show(reader, true); });
  }
}

function show(reader, drawn) {
  const sheet = reader.closest(".sheet");
  for (const one of sheet.querySelectorAll("[data-page]:not([data-reader]), [data-turning]")) one.hidden = !drawn;
}

async function open(reader) {
  const library = new URL(reader.dataset.library, document.baseURI).href;
  const pdfjs = await import(`${library}pdf.min.mjs`);
  const parts = await import(`${library}pdf_viewer.mjs`);
  pdfjs.GlobalWorkerOptions.workerSrc = `${library}pdf.worker.min.mjs`;
  const pdf = await pdfjs.getDocument({
    url: new URL(reader.dataset.src, document.baseURI).href,
    cMapUrl: `${library}cmaps/`, cMapPacked: true,
    standardFontDataUrl: `${library}standard_fonts/`, wasmUrl: `${library}wasm/`, iccUrl: `${library}iccs/`,
    enableXfa: false, verbosity: pdfjs.VerbosityLevel.ERRORS,
  }).promise;

  reader.hidden = false;
  const bus = new parts.EventBus();
  const links = new parts.PDFLinkService({ eventBus: bus, externalLinkTarget: parts.LinkTarget.BLANK });
  const finder = new parts.PDFFindController({ eventBus: bus, linkService: links });
  const viewer = new parts.PDFViewer({
    container: reader.querySelector("[data-pages]"), viewer: reader.querySelector(".pdfViewer"),
    eventBus: bus, linkService: links, findController: finder, l10n: quiet(), removePageBorders: true,
    annotationMode: pdfjs.AnnotationMode.ENABLE, annotationEditorMode: pdfjs.AnnotationEditorType.DISABLE,
  });
  links.setViewer(viewer);
  steer(reader, bus, viewer);
  bus.on("pagesinit", () => {
    viewer.currentScaleValue = "page-width";
    const marks = JSON.parse(reader.dataset.marks);
    if (marks.length) find(bus, marks, "");
    else if (Number(reader.dataset.page) > 1) viewer.currentPageNumber = Number(reader.dataset.page);
  });
  bus.on("pagerendered", () => show(reader, false), { once: true });
  viewer.setDocument(pdf);
  links.setDocument(pdf);
}

// The viewer's own words are not shown; it only wants somebody to ask.
function quiet() {
  return {
    getLanguage: () => document.documentElement.lang, getDirection: () => "ltr", get: async () => "",
    translate: async () => {}, translateOnce: async () => {}, destroy: async () => {}, pause() {}, resume() {},
  };
}

function find(bus, query, type, back = false) {
  bus.dispatch("find", {
    source: window, type, query, caseSensitive: false, entireWord: false, highlightAll: true, findPrevious: back,
    matchDiacritics: false,
  });
}

function steer(reader, bus, viewer) {
  const number = reader.querySelector("[data-number]");
  const box = reader.querySelector("[data-find] input");
  const told = reader.querySelector("[data-hits]");
  let words = JSON.parse(reader.dataset.marks);
  const again = (back) => {
    const typed = box.value.trim();
    const wanted = typed ? [typed] : JSON.parse(reader.dataset.marks);
    const same = JSON.stringify(wanted) === JSON.stringify(words);
    words = wanted;
    if (words.length) find(bus, words, same ? "again" : "", back);
  };
  const acts = {
    before: () => viewer.previousPage(),
    after: () => viewer.nextPage(),
    smaller: () => { viewer.currentScale = Math.max(0.25, viewer.currentScale / STEP); },
    larger: () => { viewer.currentScale = Math.min(6, viewer.currentScale * STEP); },
    fit: () => { viewer.currentScaleValue = "page-width"; },
    earlier: () => again(true),
  };
  reader.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button) acts[button.dataset.do]();
  });
  reader.querySelector("[data-find]").addEventListener("submit", (event) => { event.preventDefault(); again(false); });
  number.addEventListener("change", () => {
    const page = Number(number.value);
    if (Number.isInteger(page) && page >= 1 && page <= viewer.pagesCount) viewer.currentPageNumber = page;
    else number.value = viewer.currentPageNumber;
  });
  bus.on("pagesinit", () => { reader.querySelector("[data-count]").textContent = viewer.pagesCount; });
  bus.on("pagechanging", (event) => { number.value = event.pageNumber; });
  const tell = (count) => {
    told.textContent = count.total ? `${count.current} / ${count.total}` : "";
    reader.dataset.found = count.total;
  };
  bus.on("updatefindmatchescount", (event) => tell(event.matchesCount));
  bus.on("updatefindcontrolstate", (event) => {
    if (event.state === STATES.NOT_FOUND) { told.textContent = reader.dataset.none; reader.dataset.found = 0; }
    else tell(event.matchesCount);
  });
  new ResizeObserver(() => {
    if (viewer.currentScaleValue === "page-width" && viewer.pagesCount) viewer.currentScaleValue = "page-width";
  }).observe(reader.querySelector("[data-pages]"));
}
