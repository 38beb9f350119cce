/** *Lupa kata sandi*: a new passphrase, everything that is sealed stays, and the old drafts go to the office. */

import { VaultError } from '../device-errors.js';
import { button, element } from '../element.js';
import { countHandable, handedDrafts } from '../handing.js';
import { renewProfile } from '../profiles.js';
import { text } from '../text.js';
import { confirmButton } from './confirm-button.js';
import { passphraseForm } from './passphrase-form.js';
import { renewal } from './problem-card.js';

// It comes with what every phone has fetched first, and this part does not wait for that.
/** @type {typeof import('./save-file.js').saveFile} */
const saveFile = async (blob, name) => (await import('./save-file.js')).saveFile(blob, name);

/** @param {string} id the profile @param {boolean} isPin @param {() => void} cancel @returns {HTMLElement} */
export function forgottenPage(id, isPin, cancel) {
  const kind = isPin ? 'pin' : 'passphrase';
  const root = element('div', { class: 'stack' });
  const act = async (/** @type {string} */ typed, /** @type {AbortSignal} */ signal) => {
    try {
      await renewProfile(id, typed, signal);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      const said = element('p', { class: 'error', tabindex: -1 }, text(`profile.problem.${error.reason}`));
      place.replaceChildren(said, ...[await renewal(() => location.reload())].filter((part) => part !== null));
      return said.focus();
    }
    const go = button(text('profile.go-on'), () => location.reload(), { 'data-go-on': true });
    root.replaceChildren(
      element('h1', { tabindex: -1 }, text(`profile.${kind}.renewed`)), element('p', {}, text('profile.remember.later')),
      await handOver(id), element('p', {}, go));
    root.querySelector('h1')?.focus();
  };
  const make = text('profile.forgotten.make');
  const form = () => {
    place.replaceChildren(passphraseForm({ isPin, label: make, act }));
    place.querySelector('input')?.focus();
  };
  const place = element('div', {}, confirmButton({ label: make, question: text('profile.forgotten.sure'), act: form }));
  root.append(
    element('h1', { tabindex: -1 }, text(`profile.${kind}.forgotten`)),
    element('ul', {}, ...['sealed', 'drafts', 'nothing'].map((what) => element('li', {}, text(`profile.forgotten.${what}`)))),
    place, element('p', {}, button(text('app.cancel'), cancel, { class: 'button button-plain', 'data-cancel': true })));
  return root;
}

/** The drafts that the office can open, as a file to hand over. @param {string} id the profile @returns {Promise<HTMLElement>} */
export async function handOver(id) {
  const count = await countHandable(id);
  if (!count) return element('p', { class: 'notice' }, text('profile.hand-over.none'));
  return element('div', { class: 'notice stack near' },
    element('p', {}, text('profile.hand-over', { count })),
    element('p', {}, button(text('profile.hand-over.save'), async () => saveFile(await handedDrafts(id), `rantau-${id}.drafts.json`), { 'data-hand-over': true })));
}
