/** The button by which a volunteer says that the applicant has the code, and what the page says from then on. */

import { storageTrouble } from '../device-errors.js';
import { element } from '../element.js';
import { CodeNeededError, handOut } from '../handed-out.js';
import { language, loadMore, text } from '../text.js';
import { confirmButton } from './confirm-button.js';

/** What stands at the end of a case of a volunteer's phone. @param {{case: string, handed?: number}} of */
export async function handOutPart({ case: id, handed }) {
  await loadMore('volunteer').catch(() => {});
  if (handed) return element('p', { class: 'notice', 'data-handed': true }, text('volunteer.handed.means'));
  const problem = element('p', { class: 'error', role: 'alert' });
  const act = async () => {
    try {
      await handOut(id);
    } catch (error) {
      problem.textContent = error instanceof CodeNeededError ? text('volunteer.handed.correction')
        : text('app.form.not-saved', { reason: text(storageTrouble(error)) });
      return;
    }
    // A page that is left has forgotten what it showed.
    location.assign(`/${language()}/mine`);
  };
  const label = text('volunteer.handed');
  return element('div', { class: 'stack near no-print', 'data-hand-out': id }, problem,
    confirmButton({ label, question: text('volunteer.handed.question'), yes: label, act }));
}
