/**
 * Writes ink and paper as a PNG of one bit a pixel, which no canvas does (W3C PNG, third edition: chunks 5.3, CRC annex D,
 * filters 9.2). The browser packs the rows (CompressionStream, whose `deflate` is the zlib format that PNG asks for).
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const [GREY, ONE_BIT] = [0, 1];
const [NONE, UP] = [0, 2]; // filters

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** Whether this browser can. */
export const canPack = () => typeof CompressionStream === 'function';

/**
 * Encode ink (1 a pixel) on paper (0); of two filters the one that packs smaller.
 * @param {Uint8Array} ink @param {{width: number, height: number}} size
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function encodeInk(ink, { width, height }) {
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, ONE_BIT);
  head.setUint8(9, GREY);
  const packed = await Promise.all([NONE, UP].map((filter) => zlib(rowsOf(ink, width, height, filter))));
  const data = packed[0].length <= packed[1].length ? packed[0] : packed[1];
  const parts = [Uint8Array.from(SIGNATURE), chunk('IHDR', new Uint8Array(head.buffer)), chunk('IDAT', data), chunk('IEND', new Uint8Array())];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** @param {Uint8Array} ink @param {number} width @param {number} height @param {number} filter */
function rowsOf(ink, width, height, filter) {
  const length = 1 + Math.ceil(width / 8);
  const rows = new Uint8Array(length * height);
  for (let y = 0; y < height; y++) {
    rows[y * length] = filter;
    for (let x = 0; x < length * 8 - 8; x++) {
      const isPaper = x >= width || !ink[y * width + x];
      rows[y * length + 1 + (x >> 3)] |= isPaper ? 0x80 >> (x & 7) : 0;
    }
  }
  if (filter === UP) {
    for (let at = rows.length - 1; at >= length; at--) if (at % length) rows[at] = (rows[at] - rows[at - length]) & 0xff;
  }
  return rows;
}

/** @param {string} type @param {Uint8Array<ArrayBuffer>} data */
function chunk(type, data) {
  const made = new Uint8Array(data.length + 12);
  const view = new DataView(made.buffer);
  view.setUint32(0, data.length);
  made.set([...type].map((char) => char.charCodeAt(0)), 4);
  made.set(data, 8);
  view.setUint32(data.length + 8, crc32(made.subarray(4, data.length + 8)));
  return made;
}

/** @param {Uint8Array} bytes @param {number} [before] that of what stands before them */
export function crc32(bytes, before = 0) {
  let crc = ~before;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function zlib(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
