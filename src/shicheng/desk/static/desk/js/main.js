// Starts every controller. Each one finds its own elements and does nothing where there are none;
// pages work without any of them.
import { copyCodes } from "./controllers/copy-code.js";
import { focusSearch } from "./controllers/focus-search.js";
import { closeMenus } from "./controllers/menus.js";
import { sendFolders } from "./controllers/send-folder.js";
import { turnPages } from "./controllers/turn-pages.js";
import { watchErrors } from "./controllers/watch-errors.js";

for (const start of [focusSearch, copyCodes, closeMenus, turnPages, sendFolders, watchErrors]) start(document);
