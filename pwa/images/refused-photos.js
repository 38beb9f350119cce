/** Photos that the office refuses although it has their text: whoever cannot mend them lets them go. */

import { confirmButton } from '../components/confirm-button.js';
import { transact } from '../db.js';
import { say } from '../tabs.js';
import { text } from '../text.js';

/** @typedef {import('../outbox.js').ItemFile} ItemFile */

/**
 * A button that deletes the refused photos of an item. Its words must be here.
 * @param {string} id @param {() => unknown} gone called when they are
 */
export function dropPart(id, gone) {
  const act = () => dropRefused(id).then(gone);
  const label = text('here.drop');
  return confirmButton({ label, question: text('here.drop.sure'), act });
}

/** @param {string} id */
async function dropRefused(id) {
  await transact(['outbox', 'files'], 'readwrite', (store) => {
    const found = store('outbox').get(id);
    found.onsuccess = () => {
      if (!found.result) return; // gone from here, by another tab
      const { files } = found.result;
      for (const file of files) if (file.reason) store('files').delete(file.id);
      store('outbox').put({ ...found.result, files: files.filter((/** @type {ItemFile} */ { reason }) => !reason) });
    };
  });
  say('stored');
}
