/** How many came to a class with this guide, for the office: on the phone of a volunteer at work, with or without a signal. */

import { forgetClass, noteClass, notedBy } from '../classes.js';
import { dayFirst } from '../day-first.js';
import { button, element } from '../element.js';
import { office, today } from '../pins.js';
import { loadMore, text } from '../text.js';

/** @typedef {import('../classes.js').Noted} Noted */

const [LONGEST, MOST, SHOWN] = [80, 2000, 10]; // characters of a place, people, and classes that are listed
const FIELDS = /** @type {const} */ (['place', 'day', 'count']);

/**
 * Make the part: what to fill in, and what was noted so far.
 * @param {string} device @param {string} guide @param {AbortSignal} signal when the page is left
 */
export async function classCount(device, guide, signal) {
  await loadMore('volunteer');
  const list = element('ul', { 'data-classes': true });
  const form = countForm({ device, guide, now: today(await office().catch(() => undefined)), changed: () => show() });
  const show = async () => list.replaceChildren(...(await notedBy(device)).filter((one) => one.guide === guide).slice(0, SHOWN)
    .map((noted) => line(noted, form.correct)));
  document.addEventListener('rantau:exchanged', () => void show(), { signal });
  await show();
  return element('details', { class: 'stack no-print', 'data-class-count': true },
    element('summary', {}, text('volunteer.class.title')),
    element('p', {}, text('volunteer.class.means')), form.node, list);
}

/**
 * What to fill in; `correct` puts there what the office refused.
 * @param {{device: string, guide: string, now: string, changed: () => Promise<void>}} about the day at the office, as YYYY-MM-DD
 */
function countForm({ device, guide, now, changed }) {
  const said = element('p', { role: 'status' });
  const inputs = {
    place: element('input', { id: 'class-place', maxlength: LONGEST, autocomplete: 'off' }),
    day: element('input', { id: 'class-day', type: 'date', value: now, max: now, autocomplete: 'off' }),
    count: element('input', { id: 'class-count', inputmode: 'numeric', maxlength: 4, autocomplete: 'off' }),
  };
  /** @type {Noted | null} */
  let refused = null;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    said.textContent = '';
    const [place, day, count] = FIELDS.map((name) => inputs[name].value.trim());
    const wrong = wrongIn({ place, day, count }, now);
    for (const name of FIELDS) complain(inputs[name], wrong.includes(name) ? text(`volunteer.class.error.${name}`) : '');
    if (wrong.length) return inputs[wrong[0]].focus();
    await noteClass(device, { place, day, guide, count: Number(count) });
    if (refused) await forgetClass(refused);
    refused = null;
    [inputs.place.value, inputs.count.value] = ['', ''];
    said.textContent = text('volunteer.class.noted');
    await changed();
  };
  const correct = (/** @type {Noted} */ noted) => {
    for (const name of FIELDS) inputs[name].value = String(noted[name]);
    refused = noted; // and goes once the new one is noted
    inputs.place.focus();
  };
  const node = element('form', { class: 'stack near', novalidate: true, autocomplete: 'off', submit },
    ...FIELDS.map((name) => field(inputs[name], text(`volunteer.class.${name}`))),
    element('p', {}, element('button', { class: 'button' }, text('volunteer.class.do'))), said);
  return { node, correct };
}

/** @param {{place: string, day: string, count: string}} typed @param {string} now */
const wrongIn = ({ place, day, count }, now) => FIELDS.filter((name) => !{
  place: Boolean(place), day: Boolean(day) && day <= now, count: /^[0-9]{1,4}$/.test(count) && Number(count) > 0 && Number(count) <= MOST,
}[name]);

/** @param {HTMLElement} input @param {string} label */
const field = (input, label) => element('div', { class: 'field' }, element('label', { for: input.id }, label),
  element('p', { class: 'error', id: `${input.id}-error`, hidden: true }), input);

/** @param {HTMLElement} input @param {string} words */
function complain(input, words) {
  const place = /** @type {HTMLElement} */ (document.getElementById(`${input.id}-error`));
  place.textContent = words;
  place.hidden = !words;
  input.setAttribute('aria-invalid', String(words !== ''));
  input.setAttribute('aria-describedby', place.id);
}

/** @param {Noted} noted @param {(noted: Noted) => void} correct */
function line(noted, correct) {
  const { day, place, count, state } = noted;
  const known = ['waiting', 'ok'].includes(state) ? state : 'refused';
  const why = known === 'refused' ? element('p', {}, text(`volunteer.class.error.${state}`), ' ',
    button(text('volunteer.class.correct'), () => correct(noted), { class: 'button button-plain' })) : null;
  return element('li', { 'data-state': known }, text('volunteer.class.row', { day: dayFirst(day), place, count }), ' ',
    element('strong', { class: 'badge' }, text(`volunteer.class.${known}`)), why);
}
