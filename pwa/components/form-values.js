/** What stands in a form's controls, read and written; the form itself is the server's HTML. */

import { dayFirst } from '../day-first.js';
import { choose } from '../region-names.js';

/** @import {Values} from "../form.js" */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/** @param {HTMLFormElement} form @returns {Control[]} */
const controls = (form) => /** @type {Control[]} */ ([...form.elements]).filter(({ name }) => name);

/** @param {Control} control @returns {control is HTMLInputElement} */
const isTick = (control) => control.type === 'radio' || control.type === 'checkbox';

/** What a control answers, and which part of a date that is. @param {Control} control @returns {[string, string?]} */
const partOf = ({ name }) => (/\.[my]$/.test(name) ? [name.slice(0, -2), name.slice(-1)] : [name]);

/**
 * Everything typed and chosen, as text by field key; what is not asked just now too, so that nothing typed is lost.
 * @param {HTMLFormElement} form
 */
export function readValues(form) {
  /** @type {Record<string, string>} */
  const values = {};
  for (const control of controls(form)) {
    const [key, part] = partOf(control);
    // A date is asked for in three fields, day first: what follows the key belongs to it.
    if (part === 'm') values[key] += `-${control.value}`;
    else if (part === 'y') values[key] = `${values[key]}-${control.value}`.replace(/-+$/, '');
    else if (!isTick(control)) values[control.name] = control.value;
    else if (control.checked) values[control.name] = control.value;
    else values[control.name] ??= '';
  }
  return values;
}

/** Put typed values, or answers, back into the controls. @param {HTMLFormElement} form @param {Values} values */
export function writeValues(form, values) {
  for (const control of controls(form)) {
    const [key, part] = partOf(control);
    if (!(key in values)) continue;
    const typed = String(values[key] ?? '');
    if (isTick(control)) control.checked = control.value === typed;
    else if (part || control.dataset.date !== undefined) control.value = dateParts(typed)[part ?? 'd'];
    else if (control instanceof HTMLSelectElement) choose(control, typed);
    else control.value = typed;
  }
}

/** @param {string} typed a date, day first or as an answer @returns {Record<string, string>} */
function dateParts(typed) {
  const [d, m = '', y = ''] = dayFirst(typed).split(/[-/. ]/);
  return { d, m: m && m.padStart(2, '0'), y };
}

/** Whether a person has typed into the page before anything was put back. @param {HTMLFormElement} form */
export const isTouched = (form) => controls(form).some(differs);

/** @param {Control} control */
function differs(control) {
  if (isTick(control)) return control.checked !== control.defaultChecked;
  if (control instanceof HTMLSelectElement) return control.value !== standing(control);
  return control.value !== control.defaultValue;
}

/** Of hundreds of options the browser finds the one more quickly. @param {HTMLSelectElement} select */
const standing = (select) =>
  /** @type {HTMLOptionElement} */ (select.querySelector('option[selected]') ?? select.options[0])?.value;
