/**
 * From a photograph to what is sent of it: opened within limits, straightened, lit evenly, and encoded. The same code
 * runs in a worker and, where there is none, on the page. It holds one photograph at a time.
 */

import { drawn, encoded, pixelsOf } from './canvas.js';
import { findCorners, wholePicture } from './corners.js';
import { encodePicture, encodeSheet } from './encoding.js';
import { sizeOf, straighten } from './homography.js';
import { flatten, stretch } from './illumination.js';
import { ImageError, inspect, isSendable } from './image-limits.js';
import { PAPERS, sizeFor } from './paper-kinds.js';
import { greyOf, rgbaOf, sharpen, shrink, soften } from './planes.js';
import { sharpnessOf } from './sharpness.js';
import { clearEdge, despeckle, inkOf } from './two-level.js';

/** @import {Picture, Quad} from './planes.js' */
/** @import {PaperKind} from './paper-kinds.js' */
/** @typedef {{width: number, height: number, corners: Quad, isFound: boolean, preview: Blob}} Opened */
/** @typedef {{type: string, bytes: Uint8Array<ArrayBuffer>, width: number, height: number, isSharp: boolean}} Made */

const LONGEST = 2800; // pixels that are worked on; a letter on a sheet needs no more
const PREVIEW = 1000; // pixels
const SEARCHED = 320; // pixels in which corners are looked for
const SHARP = 0.025; // writing of which a reader misses digits has less
const FEW = 0.3; // of the pixels that a paper is given: with less a digit is no higher than six of them
const WINDOW = 1 / 60; // of a sheet's longer side: some two lines of writing
const SPECK = 5; // pixels that are too few for a dot
const EDGE = 1 / 80; // of it: how far the table may reach into the picture
const LEVELS = { black: 15, white: 250, shoulder: 1.6 }; // of 255, on a card

export class Workbench {
  /** @type {Picture | undefined} */
  photograph;

  /**
   * Open a photograph; the browser turns it as its EXIF says. Throws an `ImageError`.
   * @param {Blob | ImageBitmap} source
   * @returns {Promise<Opened>}
   */
  async open(source) {
    const bitmap = source instanceof Blob ? await bitmapOf(source) : source;
    const scale = Math.min(LONGEST / Math.max(bitmap.width, bitmap.height), 1);
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(Math.round(side * scale), 1));
    const canvas = drawn(bitmap, width, height);
    bitmap.close();
    this.photograph = pixelsOf(canvas);
    const corners = cornersOf(this.photograph);
    const small = Math.min(PREVIEW / Math.max(width, height), 1);
    const preview = await encoded(drawn(canvas, Math.ceil(width * small), Math.ceil(height * small)), 'image/jpeg', 0.8);
    if (!preview) throw new ImageError('unreadable');
    return { width, height, corners: corners ?? wholePicture({ width, height }), isFound: corners !== null, preview };
  }

  /**
   * Make what is sent of the opened photograph. Throws an `ImageError`.
   * @param {{corners: Quad, kind: PaperKind}} wanted
   * @returns {Promise<Made>}
   */
  async make({ corners, kind }) {
    if (!this.photograph) throw new ImageError('unreadable');
    const paper = PAPERS[kind];
    const size = sizeFor(paper, sizeOf(corners));
    const source = paper.isColour ? this.photograph : greyOf(this.photograph);
    const lit = flatten(straighten(source, corners, size), paper);
    if (!paper.isInk) stretch(lit, LEVELS);
    const grey = paper.isColour ? greyOf(lit) : lit;
    const blob = paper.isInk ? await encodeSheet(inkOn(lit), size) : await encodePicture(paper.isColour ? lit : rgbaOf(lit));
    if (!isSendable(blob.size)) throw new ImageError('size');
    // A sensor's noise looks sharper than any writing; softened twice it is gone.
    const isSharp = Math.max(size.width, size.height) >= FEW * paper.long && sharpnessOf(soften(soften(grey))) >= SHARP;
    return { type: blob.type, bytes: new Uint8Array(await blob.arrayBuffer()), ...size, isSharp };
  }
}

/** @param {Blob} file */
async function bitmapOf(file) {
  const { kind } = await inspect(file);
  if (kind === 'pdf') throw new ImageError('unknown');
  return createImageBitmap(file).catch((error) => Promise.reject(new ImageError('unreadable', error)));
}

/** @param {Picture} rgba @returns {Quad | null} */
function cornersOf(rgba) {
  const by = Math.max(Math.ceil(Math.max(rgba.width, rgba.height) / SEARCHED), 1);
  const found = findCorners(shrink(greyOf(rgba), by));
  const back = (/** @type {number} */ value) => (value + 0.5) * by - 0.5;
  return found && /** @type {Quad} */ (found.map(({ x, y }) => ({ x: back(x), y: back(y) })));
}

/** @param {Picture} grey */
function inkOn(grey) {
  const long = Math.max(grey.width, grey.height);
  const ink = inkOf(sharpen(grey), { window: Math.round(long * WINDOW) });
  clearEdge(ink, grey, Math.round(long * EDGE));
  despeckle(ink, grey.width, SPECK);
  return ink;
}
