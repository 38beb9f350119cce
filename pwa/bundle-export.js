/** Sealed items as one file, to be carried where there is no network; docs/bundle.md. */

import { officeId, writeBundle } from './bundle.js';
import { saveFile } from './components/save-file.js';
import { read } from './db.js';
import { filesLeft, items } from './outbox.js';
import { clockNow, office, today } from './pins.js';
import { keepPacks } from './sw-bridge.js';

/**
 * Hand what the office does not have, or these items, to the person as a file. They stay in the outbox.
 * @param {string[]} [ids]
 */
export async function shareOutbox(ids) {
  await saveFile(...(await outboxFile(ids)));
  void keepPacks('bundle'); // the answer may come back as a file, where there is no signal
}

/** @param {string[]} [ids] @returns {Promise<[Blob, string]>} */
export async function outboxFile(ids) {
  const chosen = (await items()).filter((item) => (ids ? ids.includes(item.id) : item.state !== 'done' || filesLeft(item).length > 0));
  const images = await Promise.all(chosen.flatMap(filesLeft).map(({ id }) => imageOf(id)));
  return fileOf('items', [...chosen.map(named), ...images.flat()]);
}

/** @param {import('./outbox.js').Item} item @returns {[string, string]} */
const named = ({ id, line }) => [id, line];

/** Lines come first: a file that is cut has lost pictures. @param {string} id @returns {Promise<[string, Blob][]>} */
async function imageOf(id) {
  const row = await read('files', id);
  return row ? [[`blob.${id}`, new Blob([row.bytes])]] : [];
}

/**
 * A bundle of this office and its name, which tells the day and how much is in it and nothing else.
 * @param {import('./bundle.js').Kind} kind @param {[string, string | Blob][]} named
 * @returns {Promise<[Blob, string]>}
 */
export async function fileOf(kind, named) {
  const known = await office();
  const file = await writeBundle(kind, named, { office: await officeId(known.root), at: clockNow(known) });
  return [file, `rantau-${today(known)}-${named.length}${kind === 'ack' ? '-ack' : ''}.rantau`];
}
