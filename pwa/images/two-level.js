/**
 * Ink or paper: printed sheets need no grey. The threshold of a pixel follows the mean and the standard deviation of the
 * window around it, T = m (1 + k (s / R - 1)) (Sauvola and Pietikäinen, Adaptive document image binarization, Pattern
 * Recognition 33, 2000), so that where there is no ink at all, no noise becomes ink. Sums slide with the window, a column
 * each, which needs one row of memory and no integral image. Specks are connected components of too few pixels.
 */

/** @import {Picture} from './planes.js' */

const DYNAMIC = 128; // R: half of the range of values

/**
 * Say of each pixel whether it is ink (1).
 * @param {Picture} grey
 * @param {{window: number, k?: number}} how the window's side in pixels: some twice the height of a letter
 * @returns {Uint8Array}
 */
export function inkOf({ width, height, data }, { window, k = 0.2 }) {
  const reach = Math.max(window >> 1, 1);
  const ink = new Uint8Array(width * height);
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  const addRow = (/** @type {number} */ y, /** @type {1 | -1} */ sign) => {
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x];
      sums[x] += sign * value;
      squares[x] += sign * value * value;
    }
  };
  for (let y = 0; y < Math.min(reach, height); y++) addRow(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + reach < height) addRow(y + reach, 1);
    if (y - reach > 0) addRow(y - reach - 1, -1);
    const rows = Math.min(y + reach, height - 1) - Math.max(y - reach, 0) + 1;
    markRow(data.subarray(y * width, (y + 1) * width), ink.subarray(y * width, (y + 1) * width), { sums, squares, rows, reach, k });
  }
  return ink;
}

/**
 * @param {Picture['data']} row @param {Uint8Array} ink
 * @param {{sums: Float64Array, squares: Float64Array, rows: number, reach: number, k: number}} around
 */
function markRow(row, ink, { sums, squares, rows, reach, k }) {
  const width = row.length;
  let [sum, square] = [0, 0];
  for (let x = 0; x < Math.min(reach, width); x++) [sum, square] = [sum + sums[x], square + squares[x]];
  for (let x = 0; x < width; x++) {
    if (x + reach < width) [sum, square] = [sum + sums[x + reach], square + squares[x + reach]];
    if (x - reach > 0) [sum, square] = [sum - sums[x - reach - 1], square - squares[x - reach - 1]];
    const count = rows * (Math.min(x + reach, width - 1) - Math.max(x - reach, 0) + 1);
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(square / count - mean * mean, 0));
    ink[x] = row[x] <= mean * (1 + k * (deviation / DYNAMIC - 1)) ? 1 : 0;
  }
}

/**
 * Take away every speck of fewer than `least` pixels that touch each other, also at their corners.
 * @param {Uint8Array} ink @param {number} width @param {number} least
 */
export function despeckle(ink, width, least) {
  const seen = new Uint8Array(ink.length);
  for (let start = 0; start < ink.length; start++) {
    if (!ink[start] || seen[start]) continue;
    const speck = component(ink, seen, width, start);
    if (speck.length < least) for (const at of speck) ink[at] = 0;
  }
}

/**
 * Take away the ink that reaches in from the picture's edge, no further than `band` pixels: the table beside the paper.
 * @param {Uint8Array} ink @param {{width: number, height: number}} size @param {number} band
 */
export function clearEdge(ink, { width, height }, band) {
  const queue = [];
  const isInBand = (/** @type {number} */ x, /** @type {number} */ y) =>
    Math.min(x, y, width - 1 - x, height - 1 - y) < band;
  for (let x = 0; x < width; x++) queue.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) queue.push(y * width, y * width + width - 1);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (!ink[at]) continue;
    ink[at] = 0;
    const [x, y] = [at % width, Math.floor(at / width)];
    for (const [nx, ny] of [[x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]]) {
      if (nx >= 0 && ny >= 0 && nx < width && ny < height && isInBand(nx, ny)) queue.push(ny * width + nx);
    }
  }
}

/** The pixels that hang together with one. @param {Uint8Array} ink @param {Uint8Array} seen @param {number} width @param {number} start */
function component(ink, seen, width, start) {
  const found = [start];
  seen[start] = 1;
  for (let next = 0; next < found.length; next++) {
    const x = found[next] % width;
    for (let dy = -width; dy <= width; dy += width) {
      for (let dx = x ? -1 : 0; dx <= (x + 1 < width ? 1 : 0); dx++) {
        const at = found[next] + dy + dx;
        if (!ink[at] || seen[at]) continue; // above the first row and below the last there is nothing
        seen[at] = 1;
        found.push(at);
      }
    }
  }
  return found;
}
