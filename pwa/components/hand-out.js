/** The button by which a volunteer says that the applicant has the code, and what the page says from then on. */

import { fromAnswers } from '../day/consents.js';
import { listDays } from '../day/days.js';
import { button, element } from '../element.js';
import { CodeNeededError, handOut, isWishKept } from '../handed-out.js';
import { office } from '../pins.js';
import { readRecord } from '../records.js';
import { language, loadMore, text } from '../text.js';
import { confirmButton } from './confirm-button.js';

/** What stands at the end of a case of a volunteer's phone. @param {{case: string, handed?: number}} of */
export async function handOutPart({ case: id, handed }) {
  await loadMore('volunteer').catch(() => {});
  if (handed) return handedPart(id);
  const problem = element('p', { class: 'error', role: 'alert' });
  const act = async () => {
    try {
      await handOut(id);
    } catch (error) {
      if (!(error instanceof CodeNeededError)) throw error;
      return void (problem.textContent = text(`volunteer.handed.${error.what}`));
    }
    // A page that is left has forgotten what it showed.
    location.assign(`/${language()}/${(await hasDay()) ? 'volunteer' : 'mine'}`);
  };
  const print = () => printReceipt(id).catch(() => (problem.textContent = text('app.later')));
  const label = text('volunteer.handed');
  return element('div', { class: 'stack near no-print', 'data-hand-out': id }, problem,
    element('p', {}, button(text('volunteer.strip'), print, { class: 'button button-plain', 'data-action': 'strip' })),
    confirmButton({ label, question: text('volunteer.handed.question'), act }));
}

/** What is left here of a case, and, until it was sent, that a wish for a day waits. @param {string} id */
async function handedPart(id) {
  const content = await readRecord('cases', id);
  return element('div', { class: 'notice stack near', 'data-handed': true }, element('p', {}, text('volunteer.handed.means')),
    isWishKept(content) ? element('p', { 'data-wish': 'here' }, text('volunteer.handed.wish')) : null);
}

/** Whether the volunteer goes on with the people of a day. */
const hasDay = async () => (await listDays().catch(() => [])).some(({ problem }) => !problem);

/** On the strip stands what the case has on this phone: its code, and what was agreed to. @param {string} id */
async function printReceipt(id) {
  const [{ openCase }, { printStrip }, { name, origin }] = await Promise.all([import('../cases.js'), import('../day/strip.js'), office()]);
  const { shown, number, service, versions } = await openCase(id);
  const [first] = versions;
  await printStrip({ shown, number, service, at: first.at * 1000, office: name, origin, consent: fromAnswers(first.groups?.consent) });
}
