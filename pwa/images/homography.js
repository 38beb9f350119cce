/**
 * Straightens a sheet that was photographed at a slant. Two pictures of a plane differ by a homography, eight numbers
 * that four points and their places determine: the direct linear transform (Hartley and Zisserman, Multiple View
 * Geometry, 2nd ed., §4.1; Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, §2.2). The picture is
 * made by inverse mapping: for each pixel of the result the source is asked, with bilinear interpolation.
 */

import { channelsOf } from './planes.js';

/** @import {Picture, Point, Quad} from './planes.js' */

const MOST_SAMPLES = 3; // along each side of a pixel of the result

/**
 * The matrix, row by row, that takes each point of `from` to that of `to`. A RangeError when three lie on one line.
 * @param {Quad} from @param {Quad} to
 * @returns {number[]} nine numbers, the last of them 1
 */
export function homography(from, to) {
  const rows = from.flatMap(({ x, y }, at) => [
    [x, y, 1, 0, 0, 0, -x * to[at].x, -y * to[at].x, to[at].x],
    [0, 0, 0, x, y, 1, -x * to[at].y, -y * to[at].y, to[at].y],
  ]);
  return [...solve(rows), 1];
}

/**
 * The quadrilateral `corners` of a picture as a rectangle; what lies outside of the picture repeats its edge.
 * @param {Picture} picture @param {Quad} corners @param {{width: number, height: number}} size
 * @returns {Picture}
 */
export function straighten(picture, corners, { width, height }) {
  const channels = channelsOf(picture);
  const made = { width, height, data: new Uint8ClampedArray(width * height * channels) };
  const [right, bottom] = [width - 0.5, height - 0.5];
  const h = homography(
    [{ x: -0.5, y: -0.5 }, { x: right, y: -0.5 }, { x: right, y: bottom }, { x: -0.5, y: bottom }], corners);
  const n = samplesFor(corners, width, height);
  const sums = new Float64Array(channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      sums.fill(0);
      // Where the result is smaller, one sample a pixel would miss thin strokes.
      for (let part = 0; part < n * n; part++) {
        const px = x + ((part % n) + 0.5) / n - 0.5;
        const py = y + (Math.floor(part / n) + 0.5) / n - 0.5;
        const w = h[6] * px + h[7] * py + 1;
        addSample(picture, channels, (h[0] * px + h[1] * py + h[2]) / w, (h[3] * px + h[4] * py + h[5]) / w, sums);
      }
      for (let c = 0; c < channels; c++) made.data[to + c] = sums[c] / (n * n);
    }
  }
  return made;
}

/** The lengths of a quadrilateral's sides, opposite ones averaged. @param {Quad} corners */
export function sizeOf([tl, tr, br, bl]) {
  const length = (/** @type {Point} */ one, /** @type {Point} */ other) => Math.hypot(one.x - other.x, one.y - other.y);
  return { width: (length(tl, tr) + length(bl, br)) / 2, height: (length(tl, bl) + length(tr, br)) / 2 };
}

/** @param {Quad} corners @param {number} width @param {number} height */
function samplesFor(corners, width, height) {
  const size = sizeOf(corners);
  return Math.min(Math.max(Math.round(Math.max(size.width / width, size.height / height)), 1), MOST_SAMPLES);
}

/** @param {Picture} picture @param {number} channels @param {number} x @param {number} y @param {Float64Array} sums */
function addSample({ width, height, data }, channels, x, y, sums) {
  const cx = Math.min(Math.max(x, 0), width - 1);
  const cy = Math.min(Math.max(y, 0), height - 1);
  const left = Math.floor(cx);
  const top = Math.floor(cy);
  const [fx, fy] = [cx - left, cy - top];
  const at = (top * width + left) * channels;
  const east = left + 1 < width ? channels : 0;
  const south = top + 1 < height ? width * channels : 0;
  for (let c = 0; c < channels; c++) {
    const upper = data[at + c] * (1 - fx) + data[at + east + c] * fx;
    const lower = data[at + south + c] * (1 - fx) + data[at + south + east + c] * fx;
    sums[c] += upper * (1 - fy) + lower * fy;
  }
}

/** Gaussian elimination with partial pivoting; each row ends with its right side. @param {number[][]} rows */
function solve(rows) {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const best = rows.slice(k).reduce((most, row, at) => (Math.abs(row[k]) > Math.abs(rows[most][k]) ? k + at : most), k);
    [rows[k], rows[best]] = [rows[best], rows[k]];
    if (Math.abs(rows[k][k]) < 1e-9) throw new RangeError('three of the corners lie on one line');
    for (let row = 0; row < n; row++) {
      const factor = row === k ? 0 : rows[row][k] / rows[k][k];
      if (factor) for (let col = k; col <= n; col++) rows[row][col] -= factor * rows[k][col];
    }
  }
  return rows.map((row, k) => row[n] / row[k]);
}
