/**
 * The papers that can be photographed: their shape, and how much of a picture of each must be sent. A card keeps its
 * portrait, a printed sheet is ink and paper.
 */

/** @typedef {'ktp' | 'kk' | 'akta' | 'passport' | 'other'} PaperKind */
/**
 * @typedef {object} Paper
 * @property {number | null} ratio width by height; null where sheets differ
 * @property {number} long pixels along the longer side at most
 * @property {number} finer how many pixels for one of the photograph: without grey an edge has to lie between fewer
 * @property {boolean} isInk whether two levels do
 * @property {boolean} isColour
 * @property {number} tiles of light along the longer side (illumination.js)
 */

const A4 = 297 / 210;
const SHEET = { long: 2464, finer: 1.12, isInk: true, isColour: false, tiles: 32 }; // 210 dpi

/** @type {Record<PaperKind, Paper>} */
export const PAPERS = {
  ktp: { ratio: 85.6 / 53.98, long: 940, finer: 1, isInk: false, isColour: false, tiles: 8 }, // 280 dpi
  kk: { ...SHEET, ratio: A4, long: 2640, finer: 1.2 }, // 225 dpi: its numbers are the smallest
  akta: { ...SHEET, ratio: 1 / A4, finer: 1 }, // its letters are larger
  passport: { ratio: 125 / 88, long: 1200, finer: 1, isInk: false, isColour: true, tiles: 8 },
  other: { ...SHEET, ratio: null },
};

const NEAR = 0.15; // of a known shape: a slant makes a little of difference, another shape much

/**
 * The size that a picture of a paper is given: its known shape where it has about that, lying or standing, and no more
 * pixels than the photograph is worth.
 * @param {Paper} paper @param {{width: number, height: number}} seen the sides in the photograph, in pixels
 */
export function sizeFor({ ratio, long, finer }, seen) {
  const longest = Math.min(Math.max(seen.width, seen.height) * finer, long);
  const looks = seen.width / seen.height;
  const shape = [ratio ?? looks, 1 / (ratio ?? looks)].find((each) => Math.abs(Math.log(looks / each)) < NEAR) ?? looks;
  return { width: Math.round(longest * Math.min(1, shape)), height: Math.round(longest / Math.max(1, shape)) };
}
