/** Sealed items as one file, to be carried where there is no network; docs/bundle.md. */

import { officeId, writeBundle } from './bundle.js';
import { saveFile } from './components/save-file.js';
import { read, transact } from './db.js';
import { filesLeft, items } from './outbox.js';
import { clockNow, office, today } from './pins.js';
import { keepPacks } from './sw-bridge.js';

/**
 * Hand what the office does not have, or these items, to the person as a file. They stay in the outbox.
 * @param {string[]} [ids]
 */
export async function shareOutbox(ids) {
  const chosen = await chosenItems(ids);
  await saveFile(...(await fileWith(chosen)));
  await noteFiled(chosen.map(({ id }) => id));
  void keepPacks('bundle'); // the answer may come back as a file, where there is no signal
}

/** @param {string[]} [ids] @returns {Promise<[Blob, string]>} */
export const outboxFile = async (ids) => fileWith(await chosenItems(ids));

/** What nothing may link with anything else goes into no file with others. @param {string[]} [ids] */
const chosenItems = async (ids) =>
  (await items()).filter((item) => !item.alone && (ids ? ids.includes(item.id) : item.state !== 'done' || filesLeft(item).length > 0));

/** That an item is in a file too is said at the end of a day. @param {string[]} ids */
const noteFiled = (ids, now = Date.now()) =>
  transact(['outbox'], 'readwrite', (store) => {
    for (const id of ids) {
      const found = store('outbox').get(id);
      found.onsuccess = () => found.result && store('outbox').put({ ...found.result, filed: now });
    }
  });

/** @param {import('./outbox.js').Item[]} chosen @returns {Promise<[Blob, string]>} */
async function fileWith(chosen) {
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
