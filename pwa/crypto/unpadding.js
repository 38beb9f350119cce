/** Taking the padding off; the reading half of padding.js. */

import { OpenError, opening } from './errors.js';
import { paddedLength } from './padding.js';
import { concat } from './canonical.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */

export const MAX_TEXT = 1 << 20; // bytes after inflation; a larger text is nobody's form, but a bomb

/**
 * Take the padding off; refuses what `pad` does not make and more than `limit` bytes of content.
 * @param {Bytes} padded
 * @returns {Promise<Bytes>}
 */
export function unpad(padded, limit = MAX_TEXT) {
  return opening(async () => {
    let end = padded.length - 1;
    while (padded[end] === 0) end -= 1;
    if (end < 1 || padded[end] !== 0x80 || paddedLength(end - 1) !== padded.length) throw new OpenError();
    const body = padded.slice(1, end);
    if (padded[0] === 1) return inflate(body, limit);
    if (padded[0] !== 0 || body.length > limit) throw new OpenError();
    return body;
  });
}

/** @param {Bytes} body @param {number} limit */
async function inflate(body, limit) {
  const reader = new Blob([body]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const chunks = [];
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    length += step.value.length;
    if (length > limit) {
      await reader.cancel();
      throw new OpenError();
    }
    chunks.push(step.value);
  }
  return concat(...chunks);
}
