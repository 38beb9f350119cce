/** *Lupa kata sandi*: a new passphrase, everything that is sealed stays, and the old drafts go to the office. */

import { button, element } from '../element.js';
import { countHandable, handedDrafts } from '../handing.js';
import { renewProfile } from '../profiles.js';
import { text } from '../text.js';
import { passphraseForm } from './passphrase-form.js';
import { saveFile } from './save-file.js';

/** @param {string} id the profile @param {boolean} isPin @returns {HTMLElement} */
export function forgottenPage(id, isPin) {
  const kind = isPin ? 'pin' : 'passphrase';
  const root = element('div', { class: 'stack' });
  const act = async (/** @type {string} */ typed, /** @type {AbortSignal} */ signal) => {
    await renewProfile(id, typed, signal);
    const go = button(text('profile.go-on'), () => location.reload(), { 'data-go-on': true });
    root.replaceChildren(
      element('h1', { tabindex: -1 }, text(`profile.${kind}.renewed`)), await handOver(id), element('p', {}, go));
    root.querySelector('h1')?.focus();
  };
  root.append(
    element('h1', { tabindex: -1 }, text(`profile.${kind}.forgotten`)),
    element('ul', {}, ...['sealed', 'drafts', 'nothing'].map((what) => element('li', {}, text(`profile.forgotten.${what}`)))),
    passphraseForm({ isPin, label: text('profile.forgotten.make'), act }));
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
