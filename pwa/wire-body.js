/** The body of an exchange: lines, gzipped where the browser can. */

export const canGzip = 'CompressionStream' in globalThis;

/** @param {string[]} lines @returns {Promise<Blob>} */
export async function bodyOf(lines, isPlain = !canGzip) {
  const plain = new Blob([`${lines.join('\n')}\n`]);
  if (isPlain) return plain;
  return new Response(plain.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

/** What a body weighs on the wire. @param {string[]} lines */
export const weigh = async (lines) => (await bodyOf(lines)).size;
