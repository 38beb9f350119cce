/** What comes next of a case, beside what the office recorded: when it should be ready, a reminder, how it was in the end. */

import { button, element } from '../element.js';
import { expected } from '../pace.js';
import { askLeave, canAsk } from '../reminders.js';
import { isAsked } from '../surveyed.js';
import { language, loadMore, text } from '../text.js';

const ENDED = ['siap_diambil', 'diserahkan', 'ditolak', 'dibatalkan', 'aduan_dijawab', 'aduan_ditutup']; // nothing is left to wait for

/**
 * @param {import('./case.js').Opened} opened @param {{isKept: boolean, isForDocument: boolean}} what `isKept`: on this phone
 * @returns {Promise<HTMLElement[]>}
 */
export async function outlook({ case: id, service, step, stepAt }, { isKept, isForDocument }) {
  await loadMore('survey');
  const ready = stepAt === null ? null : await expected(service, step, stepAt).catch(() => null);
  return [
    ...(ready ? [element('p', { 'data-expected': true }, inWords(ready))] : []),
    ...(isKept && isForDocument && canAsk() && !ENDED.includes(step) ? [remind()] : []),
    ...(isForDocument && (await isAsked(id, step).catch(() => false)) ? [survey(id, service)] : []),
  ];
}

/** What stands behind the # stays on this phone. @param {string} id @param {string} service */
const survey = (id, service) =>
  element('div', { class: 'notice stack near', 'data-survey': true },
    element('p', {}, text('remind.survey')),
    element('p', {}, element('a', { class: 'button', href: `/${language()}/survey#c=${id}&s=${service}` }, text('remind.survey.answer'))));

/** @param {import('../pace.js').Expected} ready */
function inWords({ at, count, isLate }) {
  const day = new Intl.DateTimeFormat([language(), 'id'], { dateStyle: 'long' }).format(at * 1000);
  return isLate ? text('remind.expected.late', { count }) : text('remind.expected', { day, count });
}

function remind() {
  const said = element('p', { role: 'status' });
  const ask = button(text('remind.ask'), async () => {
    const isGiven = await askLeave();
    said.textContent = text(isGiven ? 'remind.given' : 'remind.denied');
    ask.remove();
  }, { class: 'button button-plain', 'data-action': 'remind' });
  return element('div', { class: 'stack near' }, ask, said);
}
