/** Says over the page, until the next press, why what somebody asked for was not done. */

import { OfflineError, storageTrouble } from './device-errors.js';
import { element } from './element.js';
import { loadTexts, text } from './text.js';

const told = element('p', { class: 'centre saved error', role: 'alert' });

/** @param {any} error */
export async function tellRefused(error) {
  if (error.name === 'AbortError') return; // whoever asked for it called it off
  await loadTexts();
  told.textContent = isMissing(error) ? text('app.later') : text('app.refused', { reason: text(storageTrouble(error)) });
  document.body.append(told);
}

/** Whether it is a part of the app that did not come; each browser has words of its own for that. @param {any} error */
const isMissing = (error) => error instanceof OfflineError || (error instanceof TypeError && /import|module/i.test(error.message));

for (const press of ['click', 'change']) document.addEventListener(press, () => told.remove(), true);
