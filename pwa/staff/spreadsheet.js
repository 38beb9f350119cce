/**
 * Tables as files for a spreadsheet, made in the browser where what is in them was opened: CSV, and XLSX with real numbers
 * and days (ECMA-376, of which this is the least). No cell is ever a formula, and text stays text: in CSV, which has no
 * other way to say so, behind an apostrophe. Long tables are written piece by piece, so that the page goes on answering.
 */

import { crc32 } from '../images/png.js';

/** @typedef {string | number | Date | null} Cell a Date is a day, midnight UTC */
/**
 * @typedef {{title: string, about: {title: string, rows: Cell[][]}, heads: string[], rows: Iterable<Cell[]>}} Table
 * `about` says what it holds: the first sheet, or the lines before the headings; a row is asked for when it is written
 * @typedef {() => Promise<void>} Pause lets the page have its turn; it throws when nobody wants the file any more
 */

const FORMULA = /^[=+\-@\t\r]/;
/**
 * Before what a spreadsheet would take for a formula, at the beginning and wherever one that parts cells at semicolons or
 * tabs begins a cell or a line of its own; and before what it would take for a number, a day or a time.
 */
const TAKEN = /(?:^|(?<=[;\t\r\n]))(?=["\s]*[=+\-@])|^(?=.*\d)(?=[\d\s.,:/%+\-eE]+$)/g;
const UNWRITTEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu; // what XML 1.0 cannot hold
const DAY = 86_400_000; // milliseconds
const EPOCH = Date.UTC(1899, 11, 30); // day 0 of spreadsheets
const FIRST = Date.UTC(1900, 2, 1); // the first day on which all of them agree
const AT_ONCE = 25; // rows between two pauses
const WIDTHS = [12, 40]; // characters, of columns
const [PLAIN, HEAD, DATE, QUOTED] = [0, 1, 2, 3]; // the styles below
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const FIXED = {
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types">`
    + '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>`
    + `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/>`
    + `<Override PartName="/xl/worksheets/sheet2.xml" ContentType="${TYPE}.worksheet+xml"/>`
    + `<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships">`
    + `<Relationship Id="a" Type="${LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships">`
    + `<Relationship Id="a" Type="${LINKS}/worksheet" Target="worksheets/sheet1.xml"/>`
    + `<Relationship Id="b" Type="${LINKS}/worksheet" Target="worksheets/sheet2.xml"/>`
    + `<Relationship Id="c" Type="${LINKS}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${MAIN}">`
    + '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    + '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    + '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    + '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    + '<fill><patternFill patternType="gray125"/></fill></fills>'
    + '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    + '<cellXfs count="4"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/>'
    + '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" quotePrefix="1"/></cellXfs>'
    + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
};

/** Write it as CSV (RFC 4180); days as 2026-11-25, numbers with a point. @param {Table} table @param {Pause} pause */
export async function toCsv({ about, heads, rows }, pause) {
  const lines = function* () {
    yield '\uFEFF'; // or Excel takes it for another encoding
    for (const row of [...about.rows, [], heads]) yield csvLine(row);
    for (const row of rows) yield csvLine(row);
  };
  const made = [];
  for await (const piece of pieces(lines(), pause)) made.push(piece);
  return new Blob(made, { type: 'text/csv;charset=utf-8' });
}

/** Write it as a workbook of two sheets: what it is about, and the table. @param {Table} table @param {Pause} pause */
export async function toXlsx({ title, about, heads, rows }, pause) {
  const names = [about.title, title].map((name, at) => `<sheet name="${sheetName(name)}" sheetId="${at + 1}" r:id="${'ab'[at]}"/>`);
  const parts = {
    ...FIXED,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><sheets>${names.join('')}</sheets></workbook>`,
    'xl/worksheets/sheet1.xml': sheet(null, about.rows),
    'xl/worksheets/sheet2.xml': sheet(heads, rows),
  };
  const packed = [];
  for (const [name, text] of Object.entries(parts)) {
    packed.push(await pack(name, pieces(typeof text === 'string' ? [XML, text] : text, pause)));
  }
  return new Blob(archive(packed), { type: `${TYPE}.sheet` });
}

/** Encode some text at a time. @param {Iterable<string>} texts @param {Pause} pause */
async function* pieces(texts, pause) {
  const encoder = new TextEncoder();
  let held = [];
  for (const text of texts) {
    if (held.push(text) < AT_ONCE) continue;
    yield encoder.encode(held.join(''));
    held = [];
    await pause();
  }
  yield encoder.encode(held.join(''));
}

/** @param {Cell[]} row */
const csvLine = (row) => `${row.map(inCsv).join(',')}\r\n`;

/** @param {Cell} cell */
function inCsv(cell) {
  const text = typeof cell === 'string' ? cell.replace(TAKEN, "'") : plain(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Cell} cell */
const plain = (cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''));

/** @param {string} name */
const sheetName = (name) =>
  escaped([...written(name).replace(/[[\]:*?/\\']/g, ' ')].slice(0, 31).join('').trim() || '-').replaceAll('"', '&quot;');

/** @param {string[] | null} heads in sight while one scrolls @param {Iterable<Cell[]>} rows */
function* sheet(heads, rows) {
  const frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  const widths = heads?.map((head) => Math.min(Math.max(head.length + 2, WIDTHS[0]), WIDTHS[1])) ?? [WIDTHS[1], WIDTHS[1]];
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${heads ? frozen : ''}</sheetView></sheetViews><cols>`;
  for (const [at, width] of widths.entries()) yield `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`;
  yield '</cols><sheetData>';
  let n = 0;
  if (heads) yield line(++n, heads, HEAD);
  for (const row of rows) yield line(++n, row, PLAIN);
  yield '</sheetData></worksheet>';
}

/** @param {number} n @param {Cell[]} row @param {number} style */
const line = (n, row, style) => `<row r="${n}">${row.map((cell, at) => inSheet(`${letters(at)}${n}`, cell, style)).join('')}</row>`;

/** @param {string} at @param {Cell} cell @param {number} style */
function inSheet(at, cell, style) {
  if (cell === null || cell === '') return '';
  if (typeof cell === 'number') return `<c r="${at}" s="${style}"><v>${cell}</v></c>`;
  if (cell instanceof Date && cell.getTime() >= FIRST) return `<c r="${at}" s="${DATE}"><v>${(cell.getTime() - EPOCH) / DAY}</v></c>`;
  const text = plain(cell);
  const own = style === PLAIN && FORMULA.test(text) ? QUOTED : style;
  return `<c r="${at}" s="${own}" t="inlineStr"><is><t xml:space="preserve">${escaped(written(text)).replaceAll('\r', '&#13;')}</t></is></c>`;
}

/** @param {number} at @returns {string} */
const letters = (at) => (at < 26 ? '' : letters(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));

/** @param {string} text */
const written = (text) => text.replace(UNWRITTEN, '\uFFFD');

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('>', '&gt;').replaceAll('<', '&lt;');

/** A part of an archive, compressed as it comes. @param {string} name @param {AsyncIterable<Uint8Array<ArrayBuffer>>} content */
async function pack(name, content) {
  const { readable, writable } = new CompressionStream('deflate-raw');
  const [data, writer] = [new Response(readable).blob(), writable.getWriter()];
  let [size, crc] = [0, 0];
  for await (const one of content) {
    [size, crc] = [size + one.length, crc32(one, crc)];
    await writer.write(one);
  }
  await writer.close();
  return { path: new TextEncoder().encode(name), data: await data, size, crc };
}

/** A ZIP archive (APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). @param {Awaited<ReturnType<typeof pack>>[]} parts */
function archive(parts) {
  /** @type {BlobPart[]} */
  const files = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const entries = [];
  let at = 0;
  for (const { path, data, size, crc } of parts) {
    // Version 2.0, names in UTF-8, deflated, 1 January 1980; then what both headers share.
    const shared = numbers([20, 2], [0x800, 2], [8, 2], [0, 2], [0x21, 2], [crc, 4], [data.size, 4], [size, 4], [path.length, 2], [0, 2]);
    files.push(numbers([0x04034b50, 4]), shared, path, data);
    entries.push(numbers([0x02014b50, 4], [20, 2]), shared, numbers([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), path);
    at += 4 + shared.length + path.length + data.size;
  }
  const size = entries.reduce((sum, { length }) => sum + length, 0);
  const counts = [[0, 2], [0, 2], [parts.length, 2], [parts.length, 2]];
  return [...files, ...entries, numbers([0x06054b50, 4], .../** @type {[number, number][]} */ (counts), [size, 4], [at, 4], [0, 2])];
}

/** Numbers of so many bytes each, the lowest first. @param {...[number, number]} given */
const numbers = (...given) =>
  Uint8Array.from(given.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, n) => (value >>> (8 * n)) & 0xff)));
