/**
 * Pictures as plain numbers, so that what is done to them can be tested without a browser. A picture is interleaved
 * bytes, row by row: four to a pixel (RGBA) as a canvas gives it, or one (grey).
 */

/** @typedef {{width: number, height: number, data: Uint8Array | Uint8ClampedArray}} Picture */
/** @typedef {{x: number, y: number}} Point in pixels; whole numbers are the middles of pixels */
/** @typedef {[Point, Point, Point, Point]} Quad top left, top right, bottom right, bottom left */

const SHARPER = 1.5;
const MASK = 6; // times softened: some two pixels

/** How many bytes a pixel has. @param {Picture} picture */
export const channelsOf = ({ width, height, data }) => data.length / (width * height);

/** The luma of Rec. 601. @param {Picture} rgba @returns {Picture} */
export function greyOf({ width, height, data }) {
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at++, from += 4) {
    grey[at] = (data[from] * 77 + data[from + 1] * 150 + data[from + 2] * 29 + 128) >> 8;
  }
  return { width, height, data: grey };
}

/** A grey picture as a canvas takes it. @param {Picture} grey @returns {Picture} */
export function rgbaOf({ width, height, data }) {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let at = 0, to = 0; at < data.length; at++, to += 4) {
    rgba[to] = rgba[to + 1] = rgba[to + 2] = data[at];
    rgba[to + 3] = 255;
  }
  return { width, height, data: rgba };
}

/** Soften a grey picture by the binomial 1 2 1 both ways, which takes most of a sensor's noise. @param {Picture} grey @returns {Picture} */
export function soften({ width, height, data }) {
  const across = new Uint16Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      across[at] = data[x ? at - 1 : at] + 2 * data[at] + data[x + 1 < width ? at + 1 : at];
    }
  }
  const soft = new Uint8Array(data.length);
  for (let at = 0; at < soft.length; at++) {
    const [above, below] = [at >= width ? at - width : at, at + width < soft.length ? at + width : at];
    soft[at] = (across[above] + 2 * across[at] + across[below] + 8) >> 4;
  }
  return { width, height, data: soft };
}

/**
 * Sharpen a grey picture by what a soft mask takes from it (unsharp masking), from the noise's size upwards.
 * @param {Picture} grey @returns {Picture}
 */
export function sharpen(grey) {
  const soft = soften(grey);
  let mask = soft;
  for (let n = 0; n < MASK; n++) mask = soften(mask);
  const data = Uint8ClampedArray.from(soft.data, (value, at) => value + SHARPER * (value - mask.data[at]));
  return { ...soft, data };
}

/** Make a grey picture smaller by the mean of `by` × `by` pixels. @param {Picture} grey @param {number} by @returns {Picture} */
export function shrink(grey, by) {
  const [width, height] = [Math.floor(grey.width / by), Math.floor(grey.height / by)];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = meanOf(grey, x * by, y * by, by);
  }
  return { width, height, data };
}

/** @param {Picture} grey @param {number} left @param {number} top @param {number} size */
function meanOf({ width, data }, left, top, size) {
  let sum = 0;
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++) sum += data[y * width + x];
  }
  return Math.round(sum / (size * size));
}
