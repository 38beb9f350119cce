/**
 * What a file is and how many pixels it would become, read from its first bytes before anything decodes it: a few
 * kilobytes can hold more pixels than a phone has memory for. JPEG: ITU T.81, B.2.2; PNG: W3C PNG, 11.2.2; WebP: RFC 9649.
 */

/** @typedef {'jpeg' | 'png' | 'webp' | 'pdf'} Kind */
/** @typedef {{kind: Kind, width: number, height: number}} Header a PDF has no size: 0 × 0 */

/**
 * Read the head of a file; null for what is none of these, or is cut.
 * @param {Uint8Array} bytes
 * @returns {Header | null}
 */
export function readHeader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (/** @type {string} */ text, at = 0) => [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  try {
    if (starts('%PDF-')) return { kind: 'pdf', width: 0, height: 0 };
    if (starts('\x89PNG\r\n\x1a\n') && starts('IHDR', 12)) {
      return { kind: 'png', width: view.getUint32(16), height: view.getUint32(20) };
    }
    if (starts('\xff\xd8\xff')) return jpeg(view);
    return starts('RIFF') && starts('WEBP', 8) ? webp(view, starts) : null;
  } catch (error) {
    if (error instanceof RangeError) return null; // it ends before it says
    throw error;
  }
}

/** @param {DataView} view @returns {Header | null} */
function jpeg(view) {
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { kind: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xd9 || marker === 0xda) return null; // pixels without a frame
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
}

/** @param {DataView} view @param {(text: string, at: number) => boolean} starts @returns {Header | null} */
function webp(view, starts) {
  const three = (/** @type {number} */ at) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
  if (starts('VP8X', 12)) return { kind: 'webp', width: three(24) + 1, height: three(27) + 1 };
  if (starts('VP8 ', 12)) {
    return { kind: 'webp', width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (!starts('VP8L', 12)) return null;
  const bits = view.getUint32(21, true);
  return { kind: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
