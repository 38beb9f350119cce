/** The smallest encoding in which the writing can still be read, of those that this browser has. */

import { canvasOf, drawn, encoded, pixelsOf } from './canvas.js';
import { edgesLeft } from './fidelity.js';
import { greyOf, rgbaOf } from './planes.js';
import { canPack, encodeInk } from './png.js';

/** @import {Picture} from './planes.js' */

const QUALITIES = [0.15, 0.25, 0.4, 0.55, 0.7, 0.85];
const LEGIBLE = 0.78; // of the edges of writing are left

/**
 * Encode a card: WebP, or JPEG where the browser writes no WebP.
 * @param {Picture} rgba
 * @returns {Promise<Blob>}
 */
export async function encodePicture(rgba) {
  const canvas = canvasOf(rgba);
  const before = greyOf(rgba);
  const type = (await encoded(canvas, 'image/webp', 0)) ? 'image/webp' : 'image/jpeg';
  let blob;
  for (const quality of QUALITIES) {
    blob = await encoded(canvas, type, quality);
    if (blob && edgesLeft(before, await decoded(blob, rgba)) >= LEGIBLE) break;
  }
  if (!blob) throw new TypeError('this browser encodes no picture');
  return blob;
}

/**
 * Encode ink on paper without loss: a PNG of one bit a pixel, or what the browser itself writes smaller.
 * @param {Uint8Array} ink @param {{width: number, height: number}} size
 * @returns {Promise<Blob>}
 */
export async function encodeSheet(ink, size) {
  const canvas = canvasOf(rgbaOf({ ...size, data: ink.map((value) => (value ? 0 : 255)) }));
  // At its highest quality WebP is without loss in Chromium; where it is not, it is larger than the PNG.
  const found = await Promise.all([
    canPack() ? encodeInk(ink, size).then((bytes) => new Blob([bytes], { type: 'image/png' })) : encoded(canvas, 'image/png'),
    encoded(canvas, 'image/webp', 1),
  ]);
  const blobs = found.filter((blob) => blob !== null).sort((one, other) => one.size - other.size);
  if (!blobs.length) throw new TypeError('this browser encodes no picture');
  return blobs[0];
}

/** @param {Blob} blob @param {{width: number, height: number}} size */
async function decoded(blob, { width, height }) {
  const bitmap = await createImageBitmap(blob);
  const grey = greyOf(pixelsOf(drawn(bitmap, width, height)));
  bitmap.close();
  return grey;
}
