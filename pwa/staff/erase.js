/** Erasing an applicant: named by typing the case's number, marked with the office's signature, gone for good. */

import { sign } from '../crypto/key-pair.js';
import { element } from '../element.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./case.js').Desk} Desk */

const SOME = /[\s-]/g;

/** @param {Desk & {onErased: () => void}} desk */
export function eraseForm({ row, keys, api, texts, announce, onErased, onError }) {
  const { signing } = keys;
  if (!signing) return null;
  const $error = element('p', { id: 'erase-error', class: 'error', role: 'alert' });
  const $number = element('input', {
    id: 'erase-number', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
    'aria-describedby': 'erase-means erase-error',
  });
  let isBusy = false;
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const isNamed = $number.value.replace(SOME, '').toLowerCase() === row.number.replace(SOME, '');
    $error.textContent = isNamed ? '' : texts.say('staff.erase.wrong');
    if (isBusy || !isNamed) return;
    isBusy = true;
    try {
      const count = await eraseCase(api, row, signing);
      announce(texts.say('staff.erase.done', { number: row.number, keys: count }));
      onErased();
    } catch (error) {
      $error.textContent = isUnfinished(error)
        ? texts.say('staff.erase.not-erased', { reason: error.reason }) : onError(error);
    } finally {
      isBusy = false;
    }
  };
  return element(
    'details', { class: 'erase' }, element('summary', {}, texts.say('staff.erase.title')),
    element(
      'form', { class: 'stack', submit, novalidate: true },
      element('p', { id: 'erase-means' }, texts.say('staff.erase.means')),
      element(
        'div', { class: 'field' }, element('label', { for: 'erase-number' }, texts.say('staff.erase.type')), $error, $number,
      ),
      element('button', { class: 'button button-bad' }, texts.say('staff.erase.button')),
    ),
  );
}

/**
 * Sign that a case is erased, and before it those that it continues; how many keys went.
 * @param {import('./staff-api.js').StaffApi} api @param {{case: string, formers: string[]}} row
 * @param {{kid: string, private: import('../crypto/key-pair.js').PrivateKey}} signing
 */
export async function eraseCase(api, row, { kid, private: pair }) {
  const at = Math.floor(Date.now() / 1000);
  let count = 0;
  for (const id of [...row.formers, row.case]) {
    const sig = await sign(['gone1', id, kid, at], pair);
    count += (await api.erase({ _id: `gone.${id}`, type: 'gone', kid, at, sig })).keys;
  }
  return count;
}

/** @param {unknown} error @returns {error is ApiError} */
const isUnfinished = (error) => error instanceof ApiError && error.body?.error === 'not-erased';
