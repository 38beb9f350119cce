/** The questions by which a day begins: where, when and what for, and what every application of it has alike. */

import { fieldsOf } from '../answers.js';
import { element } from '../element.js';
import { asksForDocument, loadForm, office, today } from '../pins.js';
import { hasText, language, loadMore, text } from '../text.js';
import { oneLine } from './consents.js';

/** @typedef {import('./days.js').Event_} Event_ */
/** @typedef {(key: string) => HTMLElement[]} RegionsIn */
/** @typedef {import('../form.js').Field & {label: string, clear?: boolean}} Field */

// The only questions that a day answers for everybody, beside the nagari: what an event is for, and nobody's own answer.
const REPEATED = ['tujuan', 'maksud'];

/**
 * Make the form; `begin` gets what was answered once it is whole.
 * @param {string} first the service that is offered first @param {(event: Event_) => Promise<void>} begin
 */
export async function daySetup(first, begin) {
  const known = await office();
  const services = await applications(Object.keys(known.forms));
  const repeated = element('div', { class: 'stack' });
  const service = element('select', { id: 'day-service', change: () => void showRepeated() },
    ...services.map((one) => element('option', { value: one, selected: one === first }, text(`form.${one}.title`))));
  const place = element('input', { id: 'day-place', maxlength: 100, autocomplete: 'off' });
  const date = element('input', { id: 'day-date', type: 'date', value: today(known), autocomplete: 'off' });
  const purpose = element('input', { id: 'day-purpose', maxlength: 100, autocomplete: 'off' });
  let form = '';

  async function showRepeated() {
    const asked = service.value;
    const [loaded, namesIn] = await Promise.all([loadForm(asked).catch(() => null), regionsOf(asked)]);
    if (service.value !== asked) return; // another was chosen meanwhile
    form = loaded?.name ?? '';
    repeated.replaceChildren(...(loaded ? fieldsOf(loaded.form).filter(isRepeated).map((one) => control(/** @type {Field} */ (one), namesIn)) : []));
  }

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    for (const input of [place, date]) tellMissing(input);
    const missing = [place, date].find(({ value }) => !value.trim());
    if (missing) return missing.focus();
    await begin({
      place: oneLine(place.value), date: date.value, purpose: oneLine(purpose.value), service: service.value, form,
      carried: await carriedIn(service.value, repeated),
    });
  };
  await showRepeated();
  return element('form', { class: 'stack', novalidate: true, autocomplete: 'off', 'data-day-setup': true, submit },
    element('h2', {}, text('volunteer.day.new')), element('p', {}, text('volunteer.day.means')),
    field(place, 'volunteer.day.place'), field(date, 'volunteer.day.date'), field(purpose, 'volunteer.day.purpose'),
    field(service, 'volunteer.day.service'), repeated,
    element('p', {}, element('button', { class: 'button' }, text('volunteer.day.begin'))));
}

/** Those that ask for a document, and whose form is at hand. @param {string[]} services */
async function applications(services) {
  await loadMore('forms').catch(() => {});
  const forms = await Promise.all(services.map((service) => loadForm(service).catch(() => null)));
  return services.filter((service, at) => forms[at] && asksForDocument(forms[at].form) && hasText(`form.${service}.title`));
}

/** @param {any} field */
const isRepeated = ({ key, clear }) => clear || REPEATED.includes(key);

/** @param {HTMLElement} input @param {string} key */
const field = (input, key) => element('div', { class: 'field' },
  element('label', { for: input.id }, text(key)), element('p', { class: 'error', id: `${input.id}-error`, hidden: true }), input);

/** @param {HTMLInputElement} input */
function tellMissing(input) {
  const error = /** @type {HTMLElement} */ (document.getElementById(`${input.id}-error`));
  error.hidden = Boolean(input.value.trim());
  error.textContent = text('volunteer.day.missing', { field: input.labels?.[0]?.textContent ?? '' });
  input.setAttribute('aria-invalid', String(!error.hidden));
  input.setAttribute('aria-describedby', error.id);
}

/** @param {Field} field @param {RegionsIn} regionsIn */
function control({ key, label, options }, regionsIn) {
  const choices = options?.map(([code, name]) => option(code, text(name))) ?? regionsIn(key);
  const select = element('select', { id: `day-${key}`, 'data-carried': key }, option('', text('volunteer.day.each')), ...choices);
  return element('div', { class: 'field' }, element('label', { for: select.id }, text(label)), select);
}

/** @param {string} value @param {string} shown */
const option = (value, shown) => element('option', { value }, shown);

/**
 * The regions that a form's own page offers for a question, each among those around it; none where it is not at hand.
 * @param {string} service @returns {Promise<RegionsIn>}
 */
async function regionsOf(service) {
  const asked = fetch(`/${language()}/apply/${service}`).then((answer) => (answer.ok ? answer.text() : ''), () => '');
  const [page, names] = await Promise.all([asked, import('../region-names.js').catch(() => null), loadMore('forms').catch(() => {})]);
  return (key) => {
    const [list] = (page.split(`name="${key}"`)[1] ?? '').split(/<\/noscript>|<\/select>(?!<noscript>)/);
    return names?.regionOptions(list) ?? [];
  };
}

/** What was chosen for everybody, and by what it is asked at all. @param {string} service @param {HTMLElement} among */
async function carriedIn(service, among) {
  const { form } = await loadForm(service);
  /** @type {Record<string, string>} */
  const carried = {};
  for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (among.querySelectorAll('[data-carried]'))) {
    if (!select.value) continue;
    const key = /** @type {string} */ (select.dataset.carried);
    const { when } = /** @type {any} */ (fieldsOf(form).find((one) => one.key === key));
    if (when?.[0] === 'eq') carried[when[1]] = String(when[2]);
    carried[key] = select.value;
  }
  return carried;
}
