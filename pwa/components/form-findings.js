/** What is wrong with a form, said at the field and, before sending, in a summary with the same words. */

import { labelText } from '../answer-text.js';
import { fieldAt, fieldsOf } from '../answers.js';
import { element } from '../element.js';
import { text } from '../text.js';

/** @import {Finding, Findings, Form} from "../form.js" */
/** @typedef {import('../answer-text.js').LabelledField} LabelledField */
/** @typedef {'error' | 'warning'} Kind */

/** The words of a finding. @param {Form} form @param {Finding} finding */
export function findingText(form, { field, message, params }) {
  const found = fieldAt(/** @type {LabelledField[]} */ (fieldsOf(form)), field);
  return text(message, { field: labelText({ name: field, ...found }), ...params });
}

/**
 * Say at each field what was found there, and take back what is mended.
 * @param {HTMLFormElement} root @param {Form} form @param {Findings} findings
 * @param {(key: string) => boolean} isShown whether to speak of this field yet
 */
export function showFindings(root, form, findings, isShown) {
  for (const wrapper of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-field]'))) {
    const key = wrapper.dataset.field ?? '';
    /** @param {Finding[]} found */
    const words = (found) =>
      isShown(key) ? found.filter(({ field }) => field === key).map((finding) => findingText(form, finding)) : [];
    say(wrapper, key, 'error', words(findings.hard));
    say(wrapper, key, 'warning', words(findings.soft));
  }
}

/** @param {HTMLElement} wrapper @param {string} key @param {Kind} kind @param {string[]} words */
function say(wrapper, key, kind, words) {
  const id = `${key}-${kind}`;
  const place = document.getElementById(id) ?? (words.length ? makePlace(wrapper, key, id, kind) : null);
  if (!place) return;
  place.hidden = !words.length;
  if (place.textContent !== words.join(' ')) place.textContent = words.join(' ');
  if (kind !== 'error') return;
  wrapper.classList.toggle('wrong', words.length > 0);
  for (const control of wrapper.querySelectorAll('input:not([type=radio]), select, textarea')) {
    if (words.length) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
  }
}

/** @param {HTMLElement} wrapper @param {string} key @param {string} id @param {Kind} kind */
function makePlace(wrapper, key, id, kind) {
  const place = element('p', { id, class: kind });
  document.getElementById(`${key}-error`)?.after(place);
  const described = wrapper.matches('[aria-describedby]') ? wrapper : wrapper.querySelector('[aria-describedby]');
  described?.setAttribute('aria-describedby', `${described.getAttribute('aria-describedby')} ${id}`);
  return place;
}

/** Say what blocks sending, each line leading to its field, and go there. @param {Form} form @param {Finding[]} hard */
export function summarise(form, hard) {
  const summary = /** @type {HTMLElement | null} */ (document.querySelector('.error-summary'));
  if (!summary) return;
  const lines = hard.map((finding) =>
    element('li', {}, element('a', { href: `#${finding.field}`, click: goTo }, findingText(form, finding))));
  summary.querySelector('ul')?.replaceChildren(...lines);
  summary.hidden = !hard.length;
  if (!hard.length) return;
  // A summary longer than the screen would else be shown from its middle.
  summary.focus({ preventScroll: true });
  summary.scrollIntoView();
}

/** To the field without touching the address, which says what draft is open. @param {Event} event */
function goTo(event) {
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const control = document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.closest('[data-field]')?.scrollIntoView({ block: 'start' });
  control.focus({ preventScroll: true });
}
