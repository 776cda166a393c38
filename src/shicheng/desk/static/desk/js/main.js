// Starts every controller. Each one finds its own elements and does nothing where there are none;
// pages work without any of them.
import { selectRows } from "./controllers/select-rows.js";
import { copyCodes } from "./controllers/copy-code.js";
import { describeInGrid } from "./controllers/describe-grid.js";
import { focusSearch } from "./controllers/focus-search.js";
import { keepInnerPaths } from "./controllers/inner-paths.js";
import { arrangeItems } from "./controllers/arrange-items.js";
import { closeMenus } from "./controllers/menus.js";
import { markPolls } from "./controllers/mark-polls.js";
import { playAlong } from "./controllers/play-along.js";
import { readDocuments } from "./controllers/read-pdf.js";
import { sendBatches } from "./controllers/send-batch.js";
import { turnPages } from "./controllers/turn-pages.js";
import { useKeys } from "./controllers/use-key.js";
import { watchErrors } from "./controllers/watch-errors.js";
import { zoomPictures } from "./controllers/zoom-picture.js";

for (const start of [focusSearch, selectRows, copyCodes, closeMenus, turnPages, sendBatches, keepInnerPaths, watchErrors, readDocuments, zoomPictures, playAlong, describeInGrid, markPolls, useKeys, arrangeItems]) start(document);
