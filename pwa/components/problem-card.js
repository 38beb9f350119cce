/** A draft or a case that does not open here: why, and that it can be handed on or set aside. Nothing is deleted. */

import { exportRecord, setAside } from '../aside.js';
import { button, element } from '../element.js';
import { renewVault } from '../key-renewal.js';
import { text } from '../text.js';
import { openDevice } from '../vault.js';
import { when } from '../words.js';
import { confirmButton } from './confirm-button.js';

// It comes with what every phone has fetched first, and this part does not wait for that.
/** @type {typeof import('./save-file.js').saveFile} */
const saveFile = async (blob, name) => (await import('./save-file.js')).saveFile(blob, name);

/** @typedef {{id: string, at: number, problem: string}} Broken */

/** @param {import('../records.js').Kind} kind @param {Broken} broken @param {(said: string) => unknown} changed */
export function problemCard(kind, { id, at, problem }, changed) {
  const save = async () => saveFile(await exportRecord(kind, id), `${id}.json`);
  const aside = async () => {
    await setAside(kind, id);
    document.dispatchEvent(new CustomEvent('rantau:stored'));
    await changed(text('profile.aside.done'));
  };
  return element('li', { class: 'card stack near', [kind === 'drafts' ? 'data-draft' : 'data-case']: id, 'data-problem': problem },
    element('p', { class: 'error' }, text(`app.mine.problem.${problem}`)),
    element('p', { class: 'quiet' }, text('app.mine.saved', { at: when(at) })),
    element('div', { class: 'cluster' },
      button(text('app.mine.export'), save, { class: 'button button-plain', 'data-action': 'export-draft' }),
      button(text('app.mine.set-aside'), aside, { class: 'button button-plain', 'data-action': 'set-aside' })));
}

/** Where this phone's own key is gone or damaged nothing new could be stored: a new one, if the person says so. */
export async function renewal(/** @type {(said: string) => unknown} */ changed) {
  const isBroken = await openDevice().then(() => false, ({ reason }) => reason === 'key-missing' || reason === 'damaged');
  if (!isBroken) return null;
  const act = async () => (await renewVault(), changed(text('profile.renewed')));
  return element('div', { class: 'notice urgent stack near', 'data-renewal': true }, element('p', {}, text('app.mine.renew')),
    confirmButton({ label: text('app.mine.renew.do'), question: text('app.mine.renew.sure'), act }));
}
