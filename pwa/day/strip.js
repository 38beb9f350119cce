/** The receipt on a strip of 58 mm: the code large as a picture and in groups, the number, and what was agreed to. */

import { element } from '../element.js';
import { qrSvg } from '../components/qr.js';
import { dayFirst } from '../day-first.js';
import { hasText, text } from '../text.js';
import { when } from '../words.js';
import { printAlone } from './printing.js';

/** @typedef {import('./consents.js').Consent} Consent */
/** @typedef {{shown: string, number: string, service: string, at: number, office: string, origin: string, consent?: Consent}} Receipt */

const NEVER = 0; // on paper no day is today

/** Print it; with a guardian's consent, a line for the guardian to sign. @param {Receipt} receipt */
export const printStrip = (receipt) => printAlone('strip', strip(receipt));

/** @param {Receipt} receipt */
export function strip({ shown, number, service, at, office, origin, consent }) {
  const url = `${origin}/k#${shown.replaceAll(' ', '')}`;
  const title = `form.${service}.title`;
  return element('div', { 'data-strip': true },
    element('h1', {}, office),
    element('p', {}, hasText(title) ? text(title) : '', element('br'), when(at, NEVER)),
    qrSvg(url, text('app.receipt.qr', { code: shown })),
    element('p', { class: 'code' }, shown),
    element('p', {}, text('app.number', { number })),
    element('p', {}, text('volunteer.strip.keep', { url: `${origin}/k` })),
    ...(consent ? consentLines(consent) : []));
}

/** @param {Consent} consent */
function consentLines({ text: read, by, name, relation, at, place, date }) {
  const who = by === 'guardian'
    ? text('volunteer.strip.guardian', { name: name ?? '', relation: text(`consent.relation.${relation}`) })
    : text('volunteer.strip.applicant');
  return [
    element('h2', {}, text('volunteer.strip.consent')),
    element('p', {}, who, element('br'), text('volunteer.strip.read', { text: read, at: when(at * 1000, NEVER) }),
      place ? element('br') : null, [place, date && dayFirst(date)].filter(Boolean).join(', ')),
    by === 'guardian' ? element('p', { class: 'line' }, text('volunteer.strip.sign', { name: name ?? '' })) : null,
  ].filter((part) => part !== null);
}
