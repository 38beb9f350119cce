/** Days wished for, named before an application is sent: so that what a volunteer brings takes part in the rounds too. */

import { hourText } from '../booking/hour.js';
import { knownOffers } from '../booking/offers.js';
import { element } from '../element.js';
import { loadMore, text } from '../text.js';
import { when } from '../words.js';

const [MOST, GROUP] = [3, 'group'];

/**
 * Put the choice onto the page of the last look, if hours are known here; `change` gets the wishes, the best first.
 * @param {HTMLElement} page @param {string} service @param {(wish: string[]) => void} change
 */
export async function wishPart(page, service, change) {
  const known = await knownOffers();
  const offers = (known?.offers ?? []).filter(({ kind }) => (kind === GROUP) === (service === GROUP));
  if (!known || !offers.length) return;
  await loadMore('booking');
  const options = () => offers.map((offer) => element('option', { value: offer.id }, `${hourText(offer, known.zone)} · ${offer.place}`));
  const selects = Array.from({ length: Math.min(MOST, offers.length) }, (_, place) =>
    element('select', { id: `wish-${place}`, change: () => change([...new Set(selects.map(({ value }) => value).filter(Boolean))]) },
      element('option', { value: '' }, text('booking.wish.none')), ...options()));
  page.querySelector('[data-cost]')?.before(element('fieldset', { class: 'stack near', 'data-wish': true },
    element('legend', {}, element('h2', {}, text('booking.wish'))),
    element('p', { class: 'hint' }, text('booking.wish.means', { at: when(known.at) })),
    ...selects.map((select, place) => element('div', { class: 'field' },
      element('label', { for: select.id }, text('booking.wish.n', { n: place + 1 })), select))));
}
