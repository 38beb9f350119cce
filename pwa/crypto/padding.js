/** Padding before sealing, the twin of sync/padding.py: one byte (0 as is, 1 zlib), content, 0x80, zeros. */

import { concat } from './canonical.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */

/** @param {number} length of the content */
export const paddedLength = (length) => classOf(length + 2);

/** @param {number} length */
export const isPaddedLength = (length) => length >= 64 && classOf(length) === length;

/** @param {number} length */
function classOf(length) {
  if (length <= 256) return length <= 64 ? 64 : length <= 128 ? 128 : 256;
  const exponent = 31 - Math.clz32(length);
  const step = 2 ** (exponent - (32 - Math.clz32(exponent)));
  return Math.ceil(length / step) * step;
}

/**
 * Pad content, compressed only when that makes the result shorter (and where the browser can: Safari from 16.4).
 * @param {Bytes} content
 * @returns {Promise<Bytes>}
 */
export async function pad(content, { compress = true } = {}) {
  let [flag, body] = [0, content];
  if (compress && typeof CompressionStream === 'function') {
    const packed = await deflate(content);
    if (paddedLength(packed.length) < paddedLength(content.length)) [flag, body] = [1, packed];
  }
  return concat([flag], body, [0x80], new Uint8Array(paddedLength(body.length) - body.length - 2));
}

/** @param {Bytes} content */
async function deflate(content) {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
