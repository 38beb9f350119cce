/** How an answer is written for the one who gave it: option texts for codes, names for regions, dates day first. */

import { spread } from './answers.js';
import { dayFirst } from './day-first.js';
import { element } from './element.js';
import { text } from './text.js';

/** @import {Answer, Field} from "./form.js" */
/** @typedef {Field & {label: string}} LabelledField */
/** @typedef {{sections: {title: string, fields: LabelledField[]}[]}} LabelledForm */
/** @typedef {(code: string) => string} NameOf */

export { dayFirst };

/**
 * Write an answer; an unanswered one is the empty text.
 * @param {Field} field @param {Answer} answer @param {NameOf} nameOf gives a region's name
 */
export function answerText(field, answer, nameOf) {
  if (answer === null || Array.isArray(answer)) return '';
  const option = field.options?.find(([code]) => code === String(answer));
  if (option) return text(option[1]);
  if (field.control === 'checkbox') return text(answer === 1 ? 'app.yes' : 'app.no');
  if (field.control === 'region' || field.control === 'regency') return nameOf(String(answer));
  if (field.control === 'date') return dayFirst(answer);
  return String(answer);
}

/**
 * What a question is called, in a row after the row.
 * @param {{name: string, field: LabelledField, within?: LabelledField}} question
 */
export const labelText = ({ name, field, within }, say = text) =>
  (within ? `${say(within.label)} ${Number(name.split('.')[1]) + 1}: ` : '') + say(field.label);

/**
 * The sections of a form with everything that was answered; what was not asked or left open is left out.
 * @param {LabelledForm} form @param {Record<string, Answer>} answers @param {NameOf} nameOf
 */
export function answerSections(form, answers, nameOf) {
  return form.sections.map(({ title, fields }) => {
    const rows = spread(fields, answers).map((one) => [labelText(one), answerText(one.field, one.answer, nameOf)]);
    const given = rows.filter(([, shown]) => shown !== '');
    const list = given.map(([label, shown]) =>
      element('div', {}, element('dt', {}, label), element('dd', {}, shown)));
    if (!given.length) return null;
    return element('section', { class: 'section stack' },
      element('h2', {}, text(title)), element('dl', { class: 'answers' }, ...list));
  });
}
