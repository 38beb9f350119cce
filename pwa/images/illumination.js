/**
 * Takes away the shadow of a hand and the falling off of a lamp: what is seen is the paper's reflectance times the light
 * upon it (Horn, Determining Lightness from an Image, 1974), and the light changes slowly. The brightest tenth of a tile
 * is bare paper, so it says how much light there is; each pixel is divided by it.
 */

import { channelsOf, greyOf } from './planes.js';

/** @import {Picture} from './planes.js' */

const BARE = 0.9; // of a tile's pixels are no brighter than its bare paper
const MOST_GAIN = 4;

/**
 * Light the picture evenly, so that bare paper has the value `white`.
 * @param {Picture} picture grey or RGBA
 * @param {{tiles: number, white?: number}} how how many tiles lie along the longer side: more follow a sharper shadow,
 *   fewer leave a portrait as it is
 * @returns {Picture}
 */
export function flatten(picture, { tiles, white = 245 }) {
  const channels = channelsOf(picture);
  const { width, height, data } = picture;
  const light = lightOf(channels === 1 ? picture : greyOf(picture), tiles);
  const made = new Uint8ClampedArray(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const gain = Math.min(white / Math.max(light(x, y), 1), MOST_GAIN);
      for (let c = 0; c < channels; c++, at++) made[at] = c === 3 ? 255 : data[at] * gain;
    }
  }
  return { width, height, data: made };
}

/**
 * Stretch what is between `black` and `white` over the whole range, in place, with the shoulder of a film: the lighter,
 * the less contrast. A card's fine pattern and the noise of its ground fade, a face keeps its light.
 * @param {Picture} picture grey or RGBA @param {{black: number, white: number, shoulder: number}} levels a shoulder of 1
 *   is none
 */
export function stretch({ data }, { black, white, shoulder }) {
  const curve = Uint8Array.from({ length: 256 }, (_, value) => {
    const part = Math.min(Math.max((value - black) / (white - black), 0), 1);
    return Math.round(255 * (1 - (1 - part) ** shoulder));
  });
  for (let at = 0; at < data.length; at++) data[at] = curve[data[at]];
}

/** The light at each place: between the tiles' middles it is interpolated. @param {Picture} grey @param {number} tiles */
function lightOf(grey, tiles) {
  const size = Math.max(Math.ceil(Math.max(grey.width, grey.height) / tiles), 1);
  const [columns, rows] = [Math.ceil(grey.width / size), Math.ceil(grey.height / size)];
  const raw = Float64Array.from({ length: columns * rows }, (_, at) =>
    bareOf(grey, (at % columns) * size, Math.floor(at / columns) * size, size));
  const smooth = smoothed(raw, columns, rows);
  return (/** @type {number} */ x, /** @type {number} */ y) => {
    const tx = Math.min(Math.max((x + 0.5) / size - 0.5, 0), columns - 1);
    const ty = Math.min(Math.max((y + 0.5) / size - 0.5, 0), rows - 1);
    const [left, top] = [Math.floor(tx), Math.floor(ty)];
    const [fx, fy] = [tx - left, ty - top];
    const at = top * columns + left;
    const [east, south] = [left + 1 < columns ? 1 : 0, top + 1 < rows ? columns : 0];
    return (smooth[at] * (1 - fx) + smooth[at + east] * fx) * (1 - fy)
      + (smooth[at + south] * (1 - fx) + smooth[at + south + east] * fx) * fy;
  };
}

/** The value of bare paper in a tile. @param {Picture} grey @param {number} left @param {number} top @param {number} size */
function bareOf({ width, height, data }, left, top, size) {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let y = top; y < Math.min(top + size, height); y++) {
    for (let x = left; x < Math.min(left + size, width); x++, total++) counts[data[y * width + x]]++;
  }
  let [value, seen] = [0, counts[0]];
  while (seen < total * BARE) seen += counts[++value];
  return value;
}

/** The median of each tile and its neighbours: a tile without bare paper has the light of those around it.
 * @param {Float64Array} tiles @param {number} columns @param {number} rows */
function smoothed(tiles, columns, rows) {
  return tiles.map((_, at) => {
    const [x, y] = [at % columns, Math.floor(at / columns)];
    const around = [];
    for (let ty = Math.max(y - 1, 0); ty <= Math.min(y + 1, rows - 1); ty++) {
      for (let tx = Math.max(x - 1, 0); tx <= Math.min(x + 1, columns - 1); tx++) around.push(tiles[ty * columns + tx]);
    }
    return around.sort((one, other) => one - other)[Math.floor(around.length / 2)];
  });
}
