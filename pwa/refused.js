/** Says what the storage did not do, of whatever nobody tells of where it was asked for. */

import { storageTrouble } from './device-errors.js';
import { element } from './element.js';
import { loadTexts, text } from './text.js';

const told = element('p', { class: 'centre saved error', role: 'alert' });

/** Say it over the page, until the next press. @param {unknown} error */
export async function tellRefused(error) {
  await loadTexts();
  told.textContent = text('app.form.not-saved', { reason: text(storageTrouble(error)) });
  document.body.append(told);
}

for (const press of ['click', 'change']) document.addEventListener(press, () => told.remove(), true);
