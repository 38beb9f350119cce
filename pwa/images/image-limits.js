/** How large a picture or a scan may be, before it is opened and after; what is refused is said in words. */

import { paddedLength } from '../crypto/padding.js';
import { readHeader } from './image-header.js';

/** @typedef {'unknown' | 'pixels' | 'unreadable' | 'pdf-size' | 'size'} Reason of the texts `photo.problem.…` */

const MOST_PIXELS = 40e6; // 160 MB once it is opened
const HEAD = 512 * 1024; // bytes in which the size stands, behind whatever a camera noted
const SEALED = 28; // bytes of nonce and tag
const LARGEST = 2 * 1024 * 1024; // bytes of a sealed file

/** The picture is not taken. */
export class ImageError extends Error {
  name = 'ImageError';

  /** @param {Reason} reason @param {unknown} [cause] */
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Whether a file of so many bytes can be sent once it is padded and sealed. @param {number} bytes */
export const isSendable = (bytes) => paddedLength(bytes) + SEALED <= LARGEST;

/**
 * See what a file is before anything opens it. Throws an `ImageError`.
 * @param {Blob} file
 * @returns {Promise<import('./image-header.js').Header>}
 */
export async function inspect(file) {
  const header = readHeader(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  if (!header) throw new ImageError('unknown');
  if (header.kind === 'pdf') {
    if (!isSendable(file.size)) throw new ImageError('pdf-size');
  } else if (header.width * header.height > MOST_PIXELS) throw new ImageError('pixels');
  else if (!header.width || !header.height) throw new ImageError('unreadable');
  return header;
}
