/**
 * Days wished for, named before an application is sent: so that what a volunteer brings takes part in the rounds too. They
 * are sealed with it, in clear; that somebody declares to need priority is not, and follows with the next signal.
 */

import { startBookingNews } from '../booking/booking-news.js';
import { askLater } from '../booking/bookings.js';
import { hourText } from '../booking/hour.js';
import { knownOffers } from '../booking/offers.js';
import { element } from '../element.js';
import { loadMore, text } from '../text.js';
import { when } from '../words.js';
import { mayGrow } from './send-cost.js';

const [MOST, GROUP] = [3, 'group'];

/** @typedef {{wish(): string[], keep(caseId: string): Promise<void>}} Wished the best first; `keep` once it is sealed */

/**
 * Put the choice onto the page of the last look, if hours are known here.
 * @param {HTMLElement} page @param {string} service @returns {Promise<Wished | undefined>}
 */
export async function wishPart(page, service) {
  const known = await knownOffers();
  const offers = (known?.offers ?? []).filter(({ kind }) => (kind === GROUP) === (service === GROUP));
  if (!known || !offers.length) return undefined;
  await loadMore('booking');
  if (!mayGrow(page)) return undefined;
  const options = () => offers.map((offer) => element('option', { value: offer.id }, `${hourText(offer, known.zone)} · ${offer.place}`));
  const declared = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', id: 'wish-priority', 'aria-describedby': 'wish-priority-hint' }));
  const selects = Array.from({ length: Math.min(MOST, offers.length) }, (_, place) =>
    element('select', { id: `wish-${place}` },
      element('option', { value: '' }, text('booking.wish.none')), ...options()));
  page.querySelector('[data-cost]')?.before(element('fieldset', { class: 'stack near', 'data-wish': true },
    element('legend', {}, element('h2', {}, text('booking.wish'))),
    element('p', { class: 'hint' }, text('booking.wish.means', { at: when(known.at) })),
    ...selects.map((select, place) => element('div', { class: 'field' },
      element('label', { for: select.id }, text('booking.wish.n', { n: place + 1 })), select)),
    element('div', { class: 'field' },
      element('label', { class: 'choice' }, declared, ` ${text('booking.priority')}`),
      element('p', { class: 'hint', id: 'wish-priority-hint' }, text('booking.priority.hint')))));
  const wish = () => [...new Set(selects.map(({ value }) => value).filter(Boolean))];
  const keep = async (/** @type {string} */ caseId) => {
    if (!declared.checked || !wish().length) return;
    await askLater(caseId, { do: 'wish', wish: wish(), priority: 1 }).catch(() => {}); // the wish itself is in what is sealed
    startBookingNews();
  };
  return { wish, keep };
}
