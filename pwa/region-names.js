/**
 * The names of regions by code, read out of the form's page: it lists them for whoever has no JavaScript, and it lies
 * on the phone with the other pages, so no second list has to travel. In the phone's copy (server/site/phone_copy.py) each
 * list stands as text beside its control until somebody needs it, because hundreds of options cost a slow phone's start.
 */

import { element } from './element.js';

const OPTION = /<option value="([0-9.]{5,13})"[^>]*>([^<]+)/g;

/**
 * Read the names out of a page.
 * @param {string} html
 * @returns {Map<string, string>}
 */
export function readRegionNames(html) {
  return new Map([...html.matchAll(OPTION)].map(([, code, name]) => [code, plain(name).trim()]));
}

/** Make the options of a list that is written as text, each among those around it. @param {string} html */
export const regionOptions = (html) =>
  html.split('<optgroup label="').slice(1).map((group) =>
    element('optgroup', { label: plain(group.split('"')[0]) },
      ...[...readRegionNames(group)].map(([value, name]) => element('option', { value }, name))));

/** Choose in a list that may not be made yet. @param {HTMLSelectElement} select @param {string} value */
export function choose(select, value) {
  select.value = value;
  const name = select.value !== value && readRegionNames(heldBy(select)?.textContent ?? '').get(value);
  if (!name) return;
  select.append(element('option', { value }, name));
  select.value = value;
}

/** Make the list of a control, if it still stands beside it; what was chosen stays. @param {EventTarget | null} control */
export function makeList(control) {
  const held = heldBy(control);
  if (!held) return;
  const select = /** @type {HTMLSelectElement} */ (control);
  const { value } = select;
  select.replaceChildren(select.options[0], ...regionOptions(held.textContent ?? ''));
  select.value = value;
  held.remove();
}

/** @param {EventTarget | null} control */
function heldBy(control) {
  const { localName, nextElementSibling: next } = /** @type {Element} */ (control);
  return localName === 'select' && next?.localName === 'noscript' ? next : undefined;
}

/** No name has more than these. @param {string} text */
const plain = (text) => text.replaceAll('&#39;', "'").replaceAll('&amp;', '&');
