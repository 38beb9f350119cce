/** A canvas wherever the code runs: in a worker, or on the page where the browser has no canvas for workers. */

/** @import {Picture} from './planes.js' */
/** @typedef {OffscreenCanvas | HTMLCanvasElement} Canvas */

/** @param {number} width @param {number} height @returns {Canvas} */
function makeCanvas(width, height) {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement('canvas'), { width, height });
}

/** @param {Canvas} canvas */
const contextOf = (canvas) =>
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));

/** Draw something at a size, on white where it lets through. @param {CanvasImageSource} source @param {number} width @param {number} height */
export function drawn(source, width, height) {
  const canvas = makeCanvas(width, height);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** @param {Canvas} canvas @returns {Picture} */
export const pixelsOf = (canvas) => contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height);

/** @param {Picture} rgba @returns {Canvas} */
export function canvasOf({ width, height, data }) {
  const canvas = makeCanvas(width, height);
  contextOf(canvas).putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas;
}

/**
 * Encode what is on a canvas; null where the browser does not encode this type. Nothing of the photograph's own notes
 * (EXIF: place, time, camera) is in it: a canvas holds pixels only.
 * @param {Canvas} canvas @param {string} type @param {number} [quality] from 0 to 1
 * @returns {Promise<Blob | null>}
 */
export async function encoded(canvas, type, quality) {
  const blob = 'convertToBlob' in canvas
    ? await canvas.convertToBlob({ type, quality })
    : await new Promise((/** @type {BlobCallback} */ resolve) => canvas.toBlob(resolve, type, quality));
  return blob?.type === type ? blob : null;
}
