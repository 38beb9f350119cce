/** A long list a page at a time: only what is on the screen is read, decrypted and drawn. */

import { button, element } from './element.js';
import { text } from './text.js';

export const PAGE = 50;

/**
 * Make the list. `rows` gives the items of the places from `from` up to `to`, `name` is what its buttons belong to, and
 * `page` which one is shown first.
 * @param {{count: number, name: string, rows(from: number, to: number): Promise<HTMLElement[]>, page?: number,
 *   list?: HTMLElement, turned?: (page: number) => void}} of
 */
export async function pagedList({ count, name, rows, page = 0, list = element('ul', { class: 'grid' }), turned = () => {} }) {
  const last = Math.max(0, Math.ceil(count / PAGE) - 1);
  const told = element('p', { class: 'quiet', role: 'status', tabindex: -1 });
  const before = button(text('volunteer.page.before'), () => go(-1), { class: 'button button-plain', 'data-page-before': true });
  const after = button(text('volunteer.page.after'), () => go(1), { class: 'button button-plain', 'data-page-after': true });
  let at = Math.min(page, last);

  async function show() {
    const from = at * PAGE;
    const to = Math.min(count, from + PAGE);
    list.replaceChildren(...(await rows(from, to)));
    if (list instanceof HTMLOListElement) list.start = from + 1;
    told.textContent = text('volunteer.page', { from: from + 1, to, count });
    [before.disabled, after.disabled] = [at === 0, at === last];
  }

  /** @param {number} by */
  async function go(by) {
    at += by;
    turned(at);
    list.setAttribute('aria-busy', 'true'); // news must not take the page away under the person who turns it
    await show().finally(() => list.removeAttribute('aria-busy'));
    told.focus();
    told.scrollIntoView({ block: 'start' });
  }

  await show();
  const turning = element('nav', { class: 'cluster no-print', 'aria-label': name }, before, after);
  return element('div', { class: 'stack near', 'data-paged': count }, last ? told : null, list, last ? turning : null);
}
