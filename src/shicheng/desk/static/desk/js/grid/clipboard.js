// Tables of cells as spreadsheets put them on the clipboard: tabs and line ends, quotes around what holds them.
export function readTable(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  let place = 0;
  const end = () => { rows.at(-1).push(cell); cell = ""; };
  while (place < text.length) {
    const sign = text[place];
    if (quoted) {
      if (sign === '"' && text[place + 1] === '"') { cell += '"'; place += 1; }
      else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t") end();
    else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[place + 1] === "\n") place += 1;
      end();
      rows.push([]);
    } else cell += sign;
    place += 1;
  }
  end();
  // A spreadsheet ends its last row too.
  if (rows.length > 1 && rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows;
}

export function writeTable(rows) {
  return rows.map((row) => row.map((cell) => (/[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\n");
}
