/**
 * What only applications other than the first have: words of their own, and rows that repeat, as many as the draft has,
 * with buttons that add, take away and move them.
 */

import { loadMore } from '../text.js';
import { readValues, writeValues } from './form-values.js';

/** @import {Values} from "../form.js" */
/** @typedef {Record<string, string>} Row */

const CONTROLS = 'input, select, textarea';

/** Make the rows that these values fill. @param {HTMLFormElement} form @param {Values} values */
function makeRows(form, values) {
  for (const place of placesOf(form)) {
    const { least } = limits(place);
    const numbers = Object.keys(values).filter((name) => name.startsWith(`${keyOf(place)}.`)).map((name) => Number(name.split('.')[1]));
    show(place, Math.max(least, ...numbers.map((at) => at + 1)));
  }
}

/**
 * Make the rows that these values fill and do what their buttons say, until the signal. Whatever listens to the form
 * hears `input` after each.
 * @param {HTMLFormElement} form @param {Values} values @param {AbortSignal} [signal]
 */
export function startRows(form, values, signal) {
  void loadMore('forms').catch(() => {}); // without its words a rule counts all the same
  makeRows(form, values);
  form.addEventListener('click', (event) => {
    const pressed = /** @type {Element} */ (event.target).closest('button');
    const place = /** @type {HTMLElement | null | undefined} */ (pressed?.closest('[data-repeat]'));
    if (!pressed || !place || pressed.name !== 'rows') return;
    event.preventDefault();
    const [verb, , at] = pressed.value.split(' ');
    change(form, place, verb, Number(at));
    form.dispatchEvent(new Event('input'));
  }, { signal });
  form.dataset.later = 'here';
}

/** @param {HTMLFormElement} form @param {HTMLElement} place @param {string} verb @param {number} at */
function change(form, place, verb, at) {
  const rows = rowsIn(form, place);
  const to = verb === 'up' ? at - 1 : at + 1;
  if (verb === 'add') rows.push({});
  else if (verb === 'remove') rows.splice(at, 1);
  else if (to >= 0 && to < rows.length) rows.splice(to, 0, ...rows.splice(at, 1));
  else return;
  show(place, 0);
  show(place, rows.length);
  writeValues(form, Object.fromEntries(rows.flatMap((row, n) =>
    Object.entries(row).map(([key, value]) => [`${keyOf(place)}.${n}.${key}`, value]))));
  focus(place, verb, { add: rows.length - 1, remove: rows.length }[verb] ?? to);
}

/** To where the next key is of use: the new row, the one that moved, else the button that adds. */
function focus(/** @type {HTMLElement} */ place, /** @type {string} */ verb, /** @type {number} */ at) {
  const row = place.querySelectorAll('[data-row]')[at];
  const button = row?.querySelector(`button[value^="${verb} "]`);
  const target = button ?? row?.querySelector(CONTROLS) ?? adder(place);
  /** @type {HTMLElement} */ (target).focus();
}

/** What stands in the rows of one place. @param {HTMLFormElement} form @param {HTMLElement} place @returns {Row[]} */
function rowsIn(form, place) {
  const values = Object.entries(readValues(form));
  return [...place.querySelectorAll('[data-row]')].map((_, n) => {
    const prefix = `${keyOf(place)}.${n}.`;
    return Object.fromEntries(values.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]));
  });
}

/** Have so many rows, the new ones empty. @param {HTMLElement} place @param {number} count */
function show(place, count) {
  const template = /** @type {HTMLTemplateElement} */ (place.querySelector('template'));
  const shown = [...place.querySelectorAll('[data-row]')];
  for (const row of shown.slice(count)) row.remove();
  for (let n = shown.length; n < count; n += 1) template.before(newRow(template, keyOf(place), n));
  adder(place).hidden = count >= limits(place).most;
}

/** @param {HTMLTemplateElement} template @param {string} key @param {number} n */
function newRow(template, key, n) {
  const row = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  for (const node of row.querySelectorAll('*')) {
    for (const { name, value } of node.attributes) {
      node.setAttribute(name, value.replaceAll(`${key}.N.`, `${key}.${n}.`).replace(/ N$/, ` ${n}`));
    }
  }
  /** @type {HTMLElement} */ (row.querySelector('legend span')).textContent = String(n + 1);
  return row;
}

/** @param {HTMLFormElement} form @returns {NodeListOf<HTMLElement>} */
const placesOf = (form) => form.querySelectorAll('[data-repeat]');

/** @param {HTMLElement} place */
const keyOf = (place) => place.dataset.field ?? '';

/** @param {HTMLElement} place */
const adder = (place) => /** @type {HTMLButtonElement} */ (place.querySelector('button[value^="add "]'));

/** @param {HTMLElement} place */
function limits(place) {
  const [least, most] = (place.dataset.repeat ?? '').split(' ').map(Number);
  return { least, most };
}
