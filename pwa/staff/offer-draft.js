/** A request for an event as the draft of hours on offer, which the officer looks over before publishing them. */

import { element } from '../element.js';

const SERVICE = 'event-request';

/**
 * A button that opens the page of offers, filled in, beside the case; none where the case is no such request that opens.
 * @param {import('./open-case.js').OpenedCase} opened @param {import('./texts.js').Texts} texts @param {string} csrf
 */
export function offerDraft({ leaves }, texts, csrf) {
  const { answers, version } = leaves[0] ?? {};
  if (version?.service !== SERVICE || !answers) return null;
  const { tempat_kegiatan: place, nagari: area, tanggal_1: first, jumlah_orang: people } = answers;
  const fields = Object.entries({ csrf, place, area, first, people });
  // Posted, since what stands in an address stays in the browser's history; apart, since the keys are open in this tab.
  return element('form', { method: 'post', action: `/staff/${texts.lang}/offers`, target: '_blank', class: 'no-print' },
    ...fields.map(([name, value]) => element('input', { type: 'hidden', name, value: value ?? '' })),
    element('button', { class: 'button button-plain' }, texts.say('staff.offer-draft')));
}
