/** Begins the correction of a case: a draft with what was sent, which will replace what stands. */

import { fieldsOf, spread } from '../answers.js';
import { listDrafts, newDraft } from '../drafts.js';
import { loadForm } from '../pins.js';
import { updateRecord } from '../records.js';
import { language } from '../text.js';
import { standingAnswers } from './case-answers.js';

/**
 * Give the page on which the case is corrected; one that was begun before goes on.
 * @param {import('./case.js').Opened} opened
 */
export async function correctionUrl(opened) {
  const begun = (await listDrafts()).find((draft) => draft.case === opened.case);
  const id = begun?.id ?? (await begin(opened));
  return `/${language()}/apply/${opened.service}#d=${id}`;
}

/** @param {import('./case.js').Opened} opened */
async function begin(opened) {
  const { case: of, code, service, title, standing } = opened;
  const [{ name, form }, sent] = await Promise.all([loadForm(service), standingAnswers(opened)]);
  const { files: papers } = Object.fromEntries(fieldsOf(form).map(({ control, key }) => [control, key]));
  const { [papers ?? '']: files, ...given } = sent.answers;
  // A draft holds what is typed, rows one by one.
  const typed = spread(fieldsOf(sent.form), given).filter(({ answer }) => answer !== null);
  const values = Object.fromEntries(typed.map(({ name: key, answer }) => [key, answer]));
  const id = await newDraft(service, name, values, { title, case: of, code, prev: standing });
  // What was sent is named again, and not sent again.
  if (files) await updateRecord('drafts', id, (draft) => ({ ...draft, files }));
  return id;
}
