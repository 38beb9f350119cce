/** Of a complaint: by when the office answers, and its words for the official channel. */

import { holds } from '../answers.js';
import { read } from '../db.js';
import { button, element } from '../element.js';
import { CHANNEL, handOverText } from '../hand-over.js';
import { clockNow, office, today } from '../pins.js';
import { promised } from '../promises.js';
import { language, loadMore, text } from '../text.js';

/** @typedef {import('./case.js').Opened} Opened */
/** @typedef {import('./case.js').Row} Row */

/**
 * What the page of a complaint has beside that of any case.
 * @param {Opened} opened @param {Row[]} rows
 */
export async function complaintPart(opened, rows) {
  const [{ standingAnswers }] = await Promise.all([import('./case-answers.js'), loadMore('talk')]);
  const at = await cameAt(opened, rows);
  const { form, answers } = await standingAnswers(opened);
  const { alone } = form;
  const isAlone = alone && (alone === true || holds(alone, answers, { today: today() }));
  return element('div', { class: 'stack', 'data-complaint': isAlone ? 'alone' : '' },
    await promiseLine(opened.step, at), await promiseOfClass(opened.step, answers, at), handOver(form, answers));
}

/**
 * When the office got it, in Unix seconds: as it says, or its receipt; what a phone says of the time counts only where
 * there is neither.
 * @param {Opened} opened @param {Row[]} rows
 */
async function cameAt({ came, versions }, rows) {
  const sent = rows.find(({ id, done }) => id.startsWith('cmp.') && done);
  // In the place of the first receipt stands a later one, of the photos.
  const told = sent && (sent.came ?? (await read('outbox', sent.id))?.receipt?.[0][6]);
  return came ?? told ?? Math.min(clockNow(await office()), ...versions.map(({ at }) => at));
}

/** Until the office has said what it is, the class that was chosen tells by when it is answered. @param {string} step @param {any} answers @param {number} at */
const promiseOfClass = async (step, { kelas }, at) => (step === 'terkirim' ? promiseLine(`aduan_${kelas}`, at) : null);

/**
 * By when the office answers what it got at a time in Unix seconds, with the source of that.
 * @param {string} state @param {number} at
 */
export async function promiseLine(state, at) {
  const found = await office().then((known) => promised(state, at, clockNow(known))).catch(() => null);
  if (!found) return null;
  const { day, isLate, isSure, rule } = found;
  const key = state === 'terkirim' ? 'talk.promise.first' : 'talk.promise.answer';
  const written = (/** @type {string} */ iso) =>
    new Intl.DateTimeFormat([language(), 'id'], { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(iso));
  return element('p', { 'data-promise': state },
    text(key, { day: written(day), n: rule.days }), isLate ? ` ${text('talk.promise.late')}` : null, element('br'),
    element('small', {}, text('talk.promise.source', { law: rule.law, source: rule.source, date: written(rule.checked) }),
      rule.unverified ? ` ${rule.unverified}` : null, isSure ? null : ` ${text('talk.promise.unsure')}`));
}

/** @param {any} form @param {Record<string, any>} answers */
function handOver(form, answers) {
  const words = handOverText(form, answers, text, { isOwn: true });
  const said = element('p', { role: 'status' });
  const copy = async () => {
    const isCopied = await navigator.clipboard.writeText(words).then(() => true, () => false);
    said.textContent = text(isCopied ? 'talk.hand-over.copied' : 'app.receipt.not-copied');
  };
  return element('details', { class: 'no-print' },
    element('summary', {}, text('talk.hand-over')),
    element('div', { class: 'stack near' },
      element('p', {}, text('talk.hand-over.means'), ' ', element('a', { href: CHANNEL, rel: 'noopener noreferrer' }, 'www.lapor.go.id')),
      element('textarea', { readonly: true, rows: 8, 'aria-label': text('talk.hand-over') }, words),
      button(text('talk.hand-over.copy'), copy, { class: 'button button-plain', 'data-action': 'copy' }), said));
}
