/** Shows what is asked of this person and hides the rest; what was typed into a hidden field stays. */

import { asRow, fieldAt, fieldsOf, holds, settle } from '../answers.js';

/** @import {Day, Form, Values} from "../form.js" */

/** @param {HTMLFormElement} root @param {Form} form @param {Values} values @param {Day} day */
export function applyConditions(root, form, values, day) {
  const answers = settle(form, values, day);
  /** What a condition may look at: in a row also what is answered there. @param {HTMLElement} part */
  const seenFrom = ({ dataset: { field: name = '' } }) => {
    const { within } = fieldAt(fieldsOf(form), name);
    return within ? { ...answers, ...asRow(within, /** @type {any} */ (answers)[within.key]?.[name.split('.')[1]]) } : answers;
  };
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-when]'))) {
    part.hidden = !holds(JSON.parse(part.dataset.when ?? ''), seenFrom(part), day);
  }
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-section]'))) {
    section.hidden = !section.querySelector('[data-field]:not([hidden])');
  }
}
