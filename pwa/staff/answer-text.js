/** How an answer is written for an officer: option texts for codes, names for regions, dates as on the paper form. */

import { labelText } from '../answer-text.js';
import { dayFirst } from '../day-first.js';
import { spread } from '../answers.js';

/** @typedef {import('../form.js').Answer} Answer */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {import('../form.js').Field & {label: string, group: string, fields?: StaffField[]}} StaffField */
/** @typedef {{id: string, title: string, fields: StaffField[]}} StaffSection */
/** @typedef {{service: string, n: number, title: string, groups: string[], steps?: string[], sections: StaffSection[]}} StaffForm */

/**
 * Every question of a form with its answer, those of rows one by one: what it is called, and what was answered.
 * @param {StaffForm | null} form @param {Record<string, Answer> | null} answers @param {Texts} texts
 */
export const questions = (form, answers, texts) =>
  spread((form?.sections ?? []).flatMap(({ fields }) => fields), answers ?? {}).map((one) =>
    ({ ...one, label: labelText(one, (key) => texts.say(key)), text: answerText(one.field, one.answer, texts) }));

/**
 * Write an answer; an unanswered one is the empty text.
 * @param {StaffField} field @param {Answer} answer @param {Texts} texts
 * @returns {string}
 */
export function answerText(field, answer, texts) {
  if (answer === null) return '';
  if (Array.isArray(answer)) return answer.map(([name]) => name).join(', ');
  const option = field.options?.find(([code]) => code === String(answer));
  if (option) return texts.say(option[1]);
  if (field.control === 'checkbox') return texts.say(answer === 1 ? 'app.yes' : 'app.no');
  if (field.control === 'region' || field.control === 'regency') return texts.region(String(answer));
  if (field.control === 'date') return dayFirst(answer);
  return String(answer);
}
