/** On the page of what is here: what the office refused, with what can be done about it, and cases that it ended. */

import { dropItem, retryItem } from '../answered.js';
import { forgetCase } from '../case-list.js';
import { button, element } from '../element.js';
import { hasText, text } from '../text.js';
import { when } from '../words.js';
import { confirmButton } from './confirm-button.js';

/**
 * Offer a refused item again, take it along as a file, or throw it away.
 * @param {{id: string, reason: string | null}} item
 * @param {{show(): Promise<void>, share(ids: string[]): Promise<void>}} page
 */
export function refusedPart({ id, reason }, page) {
  const key = `refused.${reason}`;
  const retry = () => retryItem(id).then(() => page.show());
  const drop = () => dropItem(id).then(() => page.show());
  return [
    element('p', { class: 'error' }, text(hasText(key) ? key : 'refused.malformed')),
    element('div', { class: 'cluster' },
      button(text('app.mine.retry'), retry, { 'data-action': 'retry' }),
      button(text('app.mine.export'), () => page.share([id]), { class: 'button button-plain', 'data-action': 'export-item' })),
    confirmButton({ label: text('app.mine.drop'), question: text('app.mine.drop.sure'), act: drop }),
  ];
}

/** A case that the office erased, or whose code it voided. @param {any} row */
export const endedCard = (row) =>
  element('li', { class: 'card stack near', 'data-case': row.case },
    element('p', {}, text(row.voided ? 'code.voided' : 'app.mine.erased', { at: when(row.erased * 1000) })),
    element('p', { class: 'quiet' }, text('app.number', { number: row.number })),
    button(text('app.case.forget'), () => forgetCase(row.case).then(() => location.reload()), { class: 'button button-plain', 'data-action': 'forget' }));
