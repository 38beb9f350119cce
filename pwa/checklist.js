/** What somebody brings, pays and waits for, from the answers given; the same as server/forms/checklist.py. */

import { fieldsOf, holds } from './answers.js';

/** @import {Answer, Condition, Day, Form} from "./form.js" */
/** @typedef {{name: string, label: string, required: boolean, when: Condition | null, kind?: string | null}} Paper */
/**
 * @typedef {{kind: 'fee' | 'time' | 'next', services: string[], when?: Condition, label: string, amount?: number,
 *   days?: number[], steps?: string[], law: string, since?: string, source: string, checked: string,
 *   unverified?: string}} Value of content/fees.toml, in the page's language
 */
/** @typedef {{papers: Paper[], fees: Value[], times: Value[], next: Value[], total: number | null}} Checklist */

/**
 * Choose what holds.
 * @param {Form} form @param {Record<string, Answer>} answers @param {Value[]} values @param {Day} day
 * @returns {Checklist}
 */
export function checklist(form, answers, values, day) {
  /** @param {{when?: Condition | null}} one */
  const isFor = ({ when }) => !when || holds(when, answers, day);
  /** @param {string} kind */
  const chosen = (kind) =>
    values.filter((value) => value.kind === kind && value.services.includes(form.service) && isFor(value));
  const papers = /** @type {Paper[]} */ (fieldsOf(form).flatMap((field) => /** @type {any} */ (field).papers ?? []).filter(isFor));
  const fees = chosen('fee');
  const total = fees.every(({ amount }) => amount) ? fees.reduce((sum, { amount = 0 }) => sum + amount, 0) : null;
  return { papers, fees, times: chosen('time'), next: chosen('next'), total };
}

/** Every value, in a language. @param {string} lang @returns {Promise<Value[]>} */
export const loadValues = async (lang) => (await fetch(`/${lang}/fees.json`)).json();
