/** What was set aside: it can be saved as a file, put back in the lists, and opened by whoever remembers the old secret. */

import { putBack } from '../aside.js';
import { button, element } from '../element.js';
import { handedDrafts, sealedFile } from '../handing.js';
import { reopen } from '../reopen.js';
import { text } from '../text.js';
import { OWN } from '../vault.js';
import { when } from '../words.js';
import { secretInput } from './passphrase-form.js';
import { secretTrouble } from './unlock.js';

// It comes with what every phone has fetched first, and this part does not wait for that.
/** @type {typeof import('./save-file.js').saveFile} */
const saveFile = async (blob, name) => (await import('./save-file.js')).saveFile(blob, name);

/** @typedef {import('../aside.js').Aside} Aside */
/** @typedef {(said: string) => unknown} Renew shows the panel anew, with what was done */

/** @param {Aside[]} rows @param {{profile: string, hadOther: boolean, renew: Renew}} of */
export function asidePart(rows, { profile, hadOther, renew }) {
  const isHandable = rows.some(({ row }) => row.rescue);
  return element('details', { class: 'stack', 'data-aside': true },
    element('summary', {}, text('profile.aside', { count: rows.length })),
    element('p', {}, text('profile.aside.means')),
    isHandable ? element('p', {}, button(text('profile.hand-over.save'), async () => saveFile(await handedDrafts(profile), `rantau-${profile}.drafts.json`), { 'data-hand-over': true })) : null,
    hadOther ? rememberForm(profile === OWN, renew) : null,
    element('ul', { class: 'stack near' }, ...rows.map((aside) => line(aside, renew))));
}

/** @param {Aside} aside @param {Renew} renew */
function line({ kind, id, at, row }, renew) {
  const back = async () => {
    const isBack = await putBack(kind, row.id);
    changed();
    return renew(text(isBack ? 'profile.aside.back.done' : 'profile.aside.back.taken'));
  };
  return element('li', {}, when(at), ' ',
    button(text('app.mine.export'), async () => saveFile(await sealedFile(row), `${id}.json`), { class: 'button button-plain' }),
    button(text('profile.aside.back'), back, { class: 'button button-plain', 'data-put-back': id }));
}

/** *Saya ingat yang lama*. @param {boolean} isPin @param {Renew} renew */
function rememberForm(isPin, renew) {
  const kind = isPin ? 'pin' : 'passphrase';
  const input = secretInput('old-secret', false, 'old-secret-error'); // it may be older than the PIN, and no PIN
  const error = element('p', { id: 'old-secret-error', class: 'error', role: 'alert' });
  const state = element('p', { role: 'status' });
  let isBusy = false;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    error.textContent = '';
    state.textContent = text('profile.busy');
    try {
      const { back, left } = await reopen(input.value);
      changed();
      await renew(text('profile.remember.done', { back, left }));
    } catch (failure) {
      error.textContent = secretTrouble(failure, kind);
      input.focus();
    } finally {
      isBusy = false;
      state.textContent = '';
    }
  };
  return element('form', { class: 'stack near', novalidate: true, autocomplete: 'off', 'data-remember': true, submit },
    element('p', {}, text('profile.remember')),
    element('div', { class: 'field' }, element('label', { for: 'old-secret' }, text(`profile.${kind}.old`)), error, input),
    element('p', {}, element('button', { class: 'button' }, text('profile.remember.do'))), state);
}

const changed = () => document.dispatchEvent(new CustomEvent('rantau:stored'));
