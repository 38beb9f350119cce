/** On a volunteer's phone nothing is sealed that nobody agreed to: where it was begun without, it is asked before sending. */

import { updateRecord } from '../records.js';
import { loadMore } from '../text.js';
import { consentForm } from './consent-form.js';

/** @typedef {import('../drafts.js').Draft} Draft */

/**
 * Ask on the page before sending; resolves once the consent is kept with the draft.
 * @param {HTMLElement} page @param {Draft} draft @param {() => void} back
 */
export async function askConsent(page, draft, back) {
  await Promise.all([loadMore('volunteer'), loadMore('profile')]);
  const rest = /** @type {HTMLElement[]} */ ([...page.children]).filter(({ tagName }) => tagName !== 'H1');
  await new Promise((resolve, reject) => {
    const agreed = async (/** @type {import('./consents.js').Consent} */ consent) => {
      await updateRecord('drafts', draft.id, (old) => ({ ...old, consent })).then(resolve, reject);
      form.remove();
      for (const part of rest) part.hidden = false;
      page.querySelector('h1')?.focus();
    };
    const form = consentForm({ place: '', date: '', purpose: '' }, { name: draft.title }, { agreed, back });
    for (const part of rest) part.hidden = true;
    page.append(form);
    form.querySelector('h2')?.focus();
  });
}
