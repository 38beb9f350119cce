/** The last look before sending: everything answered, what it costs, and the button that seals it for good. */

import { answerSections } from '../answer-text.js';
import { button, element } from '../element.js';
import { CONNECTION } from '../outbox.js';
import { text } from '../text.js';
import { kilobytes } from '../words.js';
import { findingText } from './form-findings.js';

/** @import {Answer, Finding} from "../form.js" */
/** @typedef {import('../answer-text.js').LabelledForm & import('../form.js').Form} Form */
/** @typedef {{form: Form, answers: Record<string, Answer>, soft: Finding[], nameOf(code: string): string}} Reviewed */

/**
 * Make the page; `send` and `back` are what its buttons do. Sending can be asked for once it is sealed.
 * @param {Reviewed} reviewed @param {{send(): void, back(): void}} actions
 */
export function reviewPage({ form, answers, soft, nameOf }, { send, back }) {
  const sending = button(text('app.send'), send, { 'data-action': 'send', disabled: true });
  const buttons = element('p', { class: 'cluster' }, sending,
    button(text('app.review.back'), back, { class: 'button button-plain', 'data-action': 'back' }));
  return element('div', { class: 'stack', 'data-review': true },
    element('h1', { tabindex: -1 }, text('app.review.title')),
    soft.length ? warnings(form, soft) : null,
    ...answerSections(form, answers, nameOf),
    element('p', { class: 'notice', role: 'status', 'data-cost': true }, text('app.review.sealing')),
    element('p', { class: 'error', role: 'alert', 'data-trouble': true }),
    buttons);
}

/** Say what sending costs. @param {HTMLElement} page @param {number} bytes */
export function showCost(page, bytes) {
  part(page, '[data-cost]').replaceChildren(
    text('app.review.cost', { size: kilobytes(bytes) }), ' ',
    element('span', { class: 'quiet' }, text('app.review.cost.connection', { size: kilobytes(CONNECTION) })));
  part(page, '[data-trouble]').replaceChildren();
}

/** Say why it cannot be sent now. @param {HTMLElement} page @param {string} key @param {Node[]} more */
export function showTrouble(page, key, ...more) {
  part(page, '[data-trouble]').replaceChildren(text(key), ' ', ...more);
}

/** @param {HTMLElement} page @param {boolean} isReady */
export function setReady(page, isReady) {
  /** @type {HTMLButtonElement} */ (part(page, '[data-action=send]')).disabled = !isReady;
}

/** @param {HTMLElement} page @param {string} selector */
const part = (page, selector) => /** @type {HTMLElement} */ (page.querySelector(selector));

/** @param {Form} form @param {Finding[]} soft */
const warnings = (form, soft) =>
  element('div', { class: 'notice urgent stack near' },
    element('h2', {}, text('app.review.warnings')),
    element('ul', {}, ...soft.map((finding) => element('li', {}, findingText(form, finding)))));
