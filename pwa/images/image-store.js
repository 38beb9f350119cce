/**
 * The pictures of a draft. Each is encrypted under a key of its own before it is stored, and that key lies in the draft's
 * record: so a PIN, a passphrase or another volunteer's turn keeps a picture exactly as it keeps what was typed, and who
 * loses the draft has lost the picture.
 */

import { b32Encode, b64uDecode, b64uEncode, canonical } from '../crypto/canonical.js';
import { aesOpen, aesSeal, randomBytes } from '../crypto/cipher.js';
import { read, remove, write } from '../db.js';
import { GoneError, VaultError } from '../device-errors.js';
import { readRecord, updateRecord } from '../records.js';
import { tell } from '../tabs.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {{id: string, field: string, type: string, size: number, at: number, width: number, height: number, name: string}} Image
 *   field: the paper that it shows; type: a media type; size in bytes, at in milliseconds; name of the file, if it was one */
/** @typedef {Image & {key: string}} Kept */

/** The kinds of files that an office opens, by their media types. @type {Record<string, string>} */
export const KINDS = { 'image/jpeg': 'jpeg', 'image/webp': 'webp', 'image/png': 'png', 'application/pdf': 'pdf' };

/** Bytes of the largest picture that, padded and sealed, is not over the 2 MiB that an office takes. */
export const LARGEST = 2_064_382;

/** A picture that the office would not take: larger than `LARGEST`, empty, or of another kind. */
export class UnfitImageError extends Error {
  name = 'UnfitImageError';

  /** @param {'too-large' | 'empty' | 'kind'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Store a picture of a draft; once this resolves it is on disk. Throws an `UnfitImageError`, a `GoneError` where the draft
 * is not here any more, or what the storage throws, a `StorageError` with `full` where there is no room; then everything
 * is as it was before.
 * @param {string} draftId @param {string} field
 * @param {{type: string, bytes: Bytes, width: number, height: number, name?: string}} image
 * @returns {Promise<string>} its id
 */
export async function putImage(draftId, field, { type, bytes, width, height, name = '' }) {
  if (!Object.hasOwn(KINDS, type)) throw new UnfitImageError('kind');
  if (bytes.length > LARGEST || !bytes.length) throw new UnfitImageError(bytes.length ? 'too-large' : 'empty');
  await readRecord('drafts', draftId); // before anything is written
  const [id, key] = [`${draftId}-${b32Encode(randomBytes(10))}`, randomBytes(32)];
  const image = { id, field, type, size: bytes.length, at: Date.now(), width, height, name, key: b64uEncode(key) };
  await write('images', { id, ct: await aesSeal(key, bytes, contextOf(id)) });
  // A cut between the two leaves bytes that nobody has a key for; they go with the draft.
  await change(draftId, (images) => [...images, image]).catch(async (error) => {
    await remove('images', id).catch(() => {});
    throw error;
  });
  return id;
}

/**
 * List the pictures of a draft in the order in which they were put. Throws a `GoneError` or `VaultError`.
 * @param {string} draftId @returns {Promise<Image[]>}
 */
export const imagesOf = async (draftId) => (await keptOf(draftId)).map(({ key, ...image }) => image);

/**
 * Give the bytes of a picture as they were put. Throws a `GoneError`, or a `VaultError` where they do not open.
 * @param {string} id @returns {Promise<Bytes>}
 */
export async function imageBytes(id) {
  const [image, row] = [(await keptOf(draftOf(id))).find((each) => each.id === id), await read('images', id)];
  if (!image || !row) throw new GoneError();
  return aesOpen(b64uDecode(image.key), row.ct, contextOf(id)).catch(() => Promise.reject(new VaultError('damaged')));
}

/** Remove a picture; one that is not there is removed already. Throws as `imagesOf`. @param {string} id */
export async function removeImage(id) {
  await change(draftOf(id), (images) => images.filter((each) => each.id !== id));
  await remove('images', id);
}

/** @param {string} id */
const draftOf = (id) => id.split('-')[0];

/** @param {string} id */
const contextOf = (id) => canonical(['dr1-image', id]);

/** @param {string} draftId @returns {Promise<Kept[]>} */
const keptOf = async (draftId) => (await readRecord('drafts', draftId)).images ?? [];

/** The draft's own time stays: a save of what was typed before must not seem to be overtaken. @param {string} draftId @param {(images: Kept[]) => Kept[]} work */
async function change(draftId, work) {
  await updateRecord('drafts', draftId, (draft) => ({ ...draft, images: work(draft.images ?? []) }), null);
  tell({ draft: draftId });
}
