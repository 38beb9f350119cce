/** What a person agrees to, read aloud by the volunteer or the phone, and who agreed: the applicant, or a guardian. */

import { button, element } from '../element.js';
import { clockNow, office } from '../pins.js';
import { hasText, language, text } from '../text.js';
import { RELATIONS, currentNumber, nameOfText, oneLine, wordsOf } from './consents.js';

/** @typedef {import('./consents.js').Consent} Consent */
/** @typedef {import('./days.js').Day} Day */

/**
 * Make the form for a person of the day; `agreed` gets the consent, `back` leaves without one.
 * @param {Pick<Day, 'place' | 'date' | 'purpose'>} event @param {{name: string}} person
 * @param {{agreed(consent: Consent): Promise<void>, back(): void}} actions
 */
export function consentForm({ place, date, purpose }, person, { agreed, back }) {
  const n = currentNumber(hasText);
  const words = wordsOf(n, text);
  const [title, ...paragraphs] = words;
  const guardian = guardianPart();
  const read = element('input', { type: 'checkbox', id: 'consent-read', 'aria-describedby': 'consent-error' });
  const by = radios(guardian.node);
  const error = element('p', { class: 'error', role: 'alert', id: 'consent-error' });
  let isBusy = false;

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wrong = !read.checked ? ['volunteer.consent.not-read', read] : guardian.missing(by());
    error.textContent = wrong ? text(/** @type {string} */ (wrong[0])) : '';
    if (wrong) return /** @type {HTMLElement} */ (wrong[1]).focus();
    if (isBusy) return;
    isBusy = true;
    const told = await office();
    await agreed({
      text: await nameOfText(n, words), lang: language(), by: by(), ...guardian.answers(by()), at: clockNow(told),
      place: place || null, date: date || null, purpose: purpose || null,
    }).finally(() => (isBusy = false));
  };
  return element('form', { class: 'stack', novalidate: true, autocomplete: 'off', 'data-consent': true, submit },
    element('h2', { tabindex: -1 }, text('volunteer.consent.of', { name: person.name })),
    element('section', { class: 'field card stack near', 'data-field': 'consent', lang: language() },
      element('h3', {}, title), ...paragraphs.map((one) => element('p', {}, one))),
    element('label', { class: 'choice', for: 'consent-read' }, read, text('volunteer.consent.read')),
    by.node, guardian.node, error,
    element('p', { class: 'cluster' },
      element('button', { class: 'button', 'data-action': 'agree' }, text('volunteer.consent.agree')),
      button(text('volunteer.consent.refuse'), back, { class: 'button button-plain', 'data-action': 'back' })));
}

/** Who agrees. @param {HTMLElement} guardian shown when it is one */
function radios(guardian) {
  const options = ['applicant', 'guardian'].map((value, at) => {
    const input = element('input', { type: 'radio', name: 'consent-by', value, checked: at === 0, change: () => (guardian.hidden = given() !== 'guardian') });
    return element('label', { class: 'choice' }, input, text(`volunteer.consent.by.${value}`));
  });
  const node = element('fieldset', { class: 'field stack near' }, element('legend', {}, text('volunteer.consent.by')), ...options);
  const given = () => /** @type {'applicant' | 'guardian'} */ (/** @type {HTMLInputElement} */ (node.querySelector(':checked')).value);
  return Object.assign(given, { node });
}

/** A child's guardian by name, and what they are to the child. */
function guardianPart() {
  const name = element('input', { id: 'guardian-name', maxlength: 100, autocomplete: 'off', autocapitalize: 'characters', 'aria-describedby': 'consent-error' });
  const relation = element('select', { id: 'guardian-relation' },
    ...RELATIONS.map((one) => element('option', { value: one }, text(`consent.relation.${one}`))));
  const node = element('div', { class: 'stack', hidden: true, 'data-guardian': true },
    element('div', { class: 'field' }, element('label', { for: 'guardian-name' }, text('volunteer.consent.guardian')), name),
    element('div', { class: 'field' }, element('label', { for: 'guardian-relation' }, text('volunteer.consent.relation')), relation));
  const typed = () => oneLine(name.value).toUpperCase();
  return {
    node,
    /** @param {string} by */
    missing: (by) => (by === 'guardian' && !/\p{L}/u.test(typed()) ? ['volunteer.consent.no-guardian', name] : null),
    /** @param {string} by */
    answers: (by) => (by === 'guardian' ? { name: typed(), relation: relation.value } : { name: null, relation: null }),
  };
}
