/** The body of an exchange: lines, gzipped where the browser can. */

export const canGzip = 'CompressionStream' in globalThis;

/** @param {string[]} lines @returns {Promise<Blob>} */
export async function bodyOf(lines, isPlain = !canGzip) {
  const plain = new Blob([`${lines.join('\n')}\n`]);
  if (isPlain) return plain;
  return new Response(plain.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

/** What items weigh on the wire, as a server of today takes them. @param {string[]} lines */
export const weigh = async (lines) => (await bodyOf(await packed(lines))).size;

/** @param {string[]} lines */
const packed = (lines) =>
  import('./packed-item.js').then(({ packedItem }) => lines.map(packedItem)).catch(() => lines); // it is not here yet
