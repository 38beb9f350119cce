/**
 * Sealing a draft's pictures for the office: each under a new key, which goes into the sealed answers; docs/formats.md §4
 * and §10. From outside a sealed picture tells its padded length and nothing else.
 */

import { fieldsOf, holds, settle } from '../answers.js';
import { b32Encode, b64uEncode, canonical, sha256 } from '../crypto/canonical.js';
import { aesSeal, randomBytes } from '../crypto/cipher.js';
import { pad } from '../crypto/padding.js';
import { KINDS, imageBytes } from './image-store.js';
import { freeName, paperOf } from './paper-names.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {[name: string, digest: string, key: string, length: number, kind: string]} Entry */
/** @typedef {{name: string, when?: any}} Paper */
/** @typedef {{id: string, bytes: Bytes}} SealedFile its digest names it */

/**
 * Give the values of a draft with its pictures among them, and the sealed pictures in the order in which an officer needs
 * them: first what the form's list of papers has first, of each paper the last picture last. What the answers do not ask
 * for stays on the phone. What a correction takes over from an earlier version is named again and not sealed again,
 * unless there is a new picture of the same paper.
 * @param {import('../outbox.js').Source} draft @param {any} form @param {string} caseId @param {import('../form.js').Day} day
 */
export async function sealImages(draft, form, caseId, day) {
  const field = fieldsOf(form).find(({ control }) => control === 'files');
  if (!field) return { values: draft.values, blobs: [], files: [] };
  const papers = /** @type {Paper[]} */ (/** @type {any} */ (field).papers ?? []);
  const order = papers.map(({ name }) => name);
  const answers = settle(form, draft.values, day);
  const isAsked = (/** @type {string} */ paper) => holds(papers.find(({ name }) => name === paper)?.when ?? ['and'], answers, day);
  const place = (/** @type {string} */ name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const images = (draft.images ?? []).filter((image) => isAsked(image.field)).sort((one, other) => place(one.field) - place(other.field));
  const kept = (draft.files ?? []).filter(([name]) => !images.some(({ field: paper }) => paperOf(name, [paper])));
  const [entries, files] = [/** @type {Entry[]} */ ([...kept]), /** @type {SealedFile[]} */ ([])];
  for (const image of images) {
    const name = freeName(image.field, entries.map(([taken]) => taken));
    const plain = await imageBytes(image.id);
    const { key, id, bytes } = await sealFile(plain, caseId, name);
    entries.push([name, id, b64uEncode(key), plain.length, KINDS[image.type]]);
    files.push({ id, bytes });
  }
  const values = { ...draft.values, [field.key]: entries.length ? entries : null };
  return { values, blobs: entries.map(([, digest]) => digest), files };
}

/** @param {Bytes} plain @param {string} caseId @param {string} name */
async function sealFile(plain, caseId, name) {
  const key = randomBytes(32);
  const bytes = await aesSeal(key, await pad(plain, { compress: false }), canonical(['sl1-blob', caseId, name]));
  return { key, bytes, id: b32Encode(await sha256(bytes)) };
}
