/**
 * Choosing a day to come: with a signal a place is certain at once; without one, hours are wished for in order, and the
 * wish is sent when there is one. The fragment says for which case: `#c=<C>`.
 */

import { askLater, askNow, bookingOf, isBookable } from '../booking/bookings.js';
import { earliest, hourText } from '../booking/hour.js';
import { isCounted, knownOffers, refreshOffers } from '../booking/offers.js';
import { ticketCard } from '../booking/ticket.js';
import { spokenNumber } from '../crypto/receipt-code.js';
import { GoneError, OfflineError } from '../device-errors.js';
import { button, element, letGo } from '../element.js';
import { listRecords, readRecord } from '../records.js';
import { loadMore, text } from '../text.js';
import { openVault } from '../vault.js';
import { when } from '../words.js';
import { confirmButton } from './confirm-button.js';

/** @typedef {import('../booking/bookings.js').Booking} Known */
/** @typedef {import('../booking/bookings.js').Ask} Ask */
/** @typedef {import('../booking/offers.js').Offer} Offer */

const [MOST_WISHES, GROUP] = [8, 'group'];

export default class Booking {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.said = element('p', { role: 'status', class: 'notice', hidden: true });
    this.shown = element('div', { class: 'stack far' });
    /** @type {string[]} */
    this.wish = [];
    this.hasPriority = false;
    this.isBegun = false; // a wish is being changed and not sent yet
    this.chosen = '';
    this.isMoving = false;
    this.isGroup = false; // its hours are others
    /** @type {AbortController | undefined} */
    this.listening = undefined;
  }

  /** Show the case that the fragment names. Safe to call twice. */
  async start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    window.addEventListener('hashchange', () => void this.open(), { signal });
    document.addEventListener('rantau:booked', () => void this.open({ isNews: true }), { signal });
    await loadMore('booking');
    this.root.replaceChildren(this.said, this.shown);
    await this.open();
  }

  /** Leave the page as it is. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** What somebody is at stays, whatever comes from the office meanwhile. */
  async open({ isNews = false } = {}) {
    this.case = location.hash.slice(3);
    if (!this.case) return this.showCases();
    const { booking: known, service, handed } = await readRecord('cases', this.case).catch((error) => ({ handed: error instanceof GoneError }));
    if (handed) return this.showCases();
    this.isGroup = service === GROUP;
    if (!isNews || !this.isBegun) {
      this.wish = [...(known?.ask?.wish ?? known?.wish ?? [])];
      this.hasPriority = Boolean(known?.ask?.priority);
      this.isBegun = false;
    }
    await this.show();
    await refreshOffers(); // what was told last stands there meanwhile
    await this.show();
  }

  /** Which of the applications on this phone it is for. */
  async showCases() {
    const cases = (await listRecords('cases', openVault)).filter(isBookable);
    const rows = await Promise.all(cases.map(async ({ id, title }) =>
      element('li', {}, element('a', { href: `#c=${id}` }, `${title} ${await spokenNumber(id)}`))));
    this.shown.replaceChildren(element('p', {}, text(rows.length ? 'booking.which' : 'booking.no-case')), element('ul', { class: 'links' }, ...rows));
  }

  async show() {
    const [known, offers, now] = await Promise.all([bookingOf(this.case ?? ''), knownOffers(), earliest()]);
    await letGo(this.shown);
    const focused = document.activeElement?.id;
    const isBooked = known?.state === 'booked' && known.ticket && known.ticket.offer.ends * 1000 > now;
    this.shown.replaceChildren(
      ...(isBooked && known.ticket ? [ticketCard(known.ticket, known.zone), this.changing()] : this.waiting(known)),
      ...(isBooked && !this.isMoving && !known.ticket?.offer.closed ? [] : this.choosing(offers, Boolean(isBooked))),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  /** What one may do with a ticket. */
  changing() {
    const cancel = confirmButton({
      label: text('booking.cancel'), question: text('booking.cancel.sure'), act: () => this.ask({ do: 'cancel' }),
    });
    return element('div', { class: 'cluster no-print' },
      button(text('booking.other'), () => this.move(), { id: 'booking-other', class: 'button button-plain', 'aria-expanded': String(this.isMoving) }), cancel);
  }

  move() {
    this.isMoving = !this.isMoving;
    return this.show();
  }

  /** What was wished. @param {Known | null} known @returns {HTMLElement[]} */
  waiting(known) {
    if (!known?.ask?.wish && known?.state !== 'waiting') return [];
    const isSent = !known.ask;
    return [element('section', { class: 'notice stack near', 'data-waiting': isSent ? 'sent' : 'here' },
      element('p', {}, element('strong', {}, text(isSent ? 'booking.waiting' : 'booking.waiting.here'))),
      element('p', {}, text('booking.waiting.means')),
      known.lost ? element('p', {}, text('booking.lost', { n: known.lost })) : null,
      isSent ? element('p', {}, button(text('booking.withdraw'), () => this.ask({ do: 'withdraw' }), { class: 'button button-plain' })) : null)];
  }

  /** @param {Awaited<ReturnType<typeof knownOffers>>} known @param {boolean} isBooked @returns {HTMLElement[]} */
  choosing(known, isBooked) {
    const offers = (known?.offers ?? []).filter(({ kind }) => (kind === GROUP) === this.isGroup);
    if (!offers.length) return [element('p', { class: 'notice' }, text(known ? 'booking.no-offers' : 'booking.unknown'))];
    const declared = /** @type {HTMLInputElement} */ (element('input', { type: 'checkbox', id: 'booking-priority', checked: this.hasPriority, 'aria-describedby': 'booking-priority-hint' }));
    declared.addEventListener('change', () => {
      this.hasPriority = declared.checked;
      this.isBegun = true;
    });
    const list = element('fieldset', { class: 'stack near', 'data-offers': true },
      element('legend', {}, element('h2', {}, text('booking.offers'))),
      element('p', { class: 'hint' }, text(offers.some(isCounted) ? 'booking.as-of' : 'booking.as-of-hours', { at: when(known?.at ?? 0) })),
      ...offers.map((offer) => this.offer(offer, known?.zone)));
    return [element('form', { class: 'stack', novalidate: true, submit: (/** @type {Event} */ event) => event.preventDefault() }, list,
      element('div', { class: 'field' },
        element('label', { class: 'choice' }, declared, ` ${text('booking.priority')}`),
        element('p', { class: 'hint', id: 'booking-priority-hint' }, text('booking.priority.hint'))),
      element('p', { class: 'cluster' },
        button(text(isBooked ? 'booking.move' : 'booking.take'), () => this.take(isBooked), { id: 'booking-take' }),
        isBooked ? null : button(text('booking.add'), () => this.add(), { id: 'booking-add', class: 'button button-plain' }))),
    ...(isBooked ? [] : [this.wishes(offers, known?.zone)])];
  }

  /** @param {Offer} offer @param {string} [zone] */
  offer(offer, zone) {
    const { id, place, left, priority } = offer;
    const input = /** @type {HTMLInputElement} */ (element('input', { type: 'radio', name: 'offer', value: id, id: `offer-${id}`, checked: id === this.chosen }));
    input.addEventListener('change', () => (this.chosen = id));
    const room = left ? text('booking.left', { n: left }) : text(isCounted(offer) ? 'booking.full' : 'booking.left-unknown');
    return element('label', { class: 'choice' }, input,
      element('span', {}, element('strong', {}, hourText(offer, zone)), ` · ${place}`, element('br'),
        element('span', { class: 'hint' }, priority ? `${room} · ${text('booking.left-priority', { n: priority })}` : room)));
  }

  /** The wishes, best first. @param {Offer[]} offers @param {string} [zone] */
  wishes(offers, zone) {
    const rows = this.wish.map((id, place) => {
      const offer = offers.find((each) => each.id === id);
      const label = offer ? hourText(offer, zone) : text('booking.refused.closed');
      const away = button(text('booking.remove'), () => this.drop(place), { class: 'button button-plain', 'aria-label': `${text('booking.remove')}: ${label}` });
      return element('li', {}, element('p', {}, label, offer ? ` · ${offer.place}` : ''), away);
    });
    return element('section', { class: 'stack', 'data-wishes': true, 'aria-labelledby': 'booking-wishes' },
      element('h2', { id: 'booking-wishes' }, text('booking.wishes')),
      element('p', {}, text('booking.wishes.means')),
      rows.length ? element('ol', { class: 'stack near' }, ...rows) : null,
      rows.length ? element('p', {}, button(text('booking.save'), () => this.save(), { id: 'booking-save' })) : null);
  }

  add() {
    if (!this.chosen) return this.say(text('booking.refused.choose'), true);
    if (this.wish.length >= MOST_WISHES) return this.say(text('booking.most', { n: MOST_WISHES }), true);
    this.wish = [...this.wish.filter((id) => id !== this.chosen), this.chosen];
    this.isBegun = true;
    this.say('');
    return this.show();
  }

  /** @param {number} place */
  drop(place) {
    this.wish = this.wish.filter((_, other) => other !== place);
    this.isBegun = true;
    return this.show();
  }

  /** @param {boolean} isMove */
  take(isMove) {
    if (!this.chosen) return this.say(text('booking.refused.choose'), true);
    return this.ask({ do: isMove ? 'move' : 'take', offer: this.chosen, priority: Number(this.hasPriority) });
  }

  /** A wish is kept here first: it is not lost, whatever the signal does. */
  async save() {
    const ask = { do: 'wish', wish: this.wish, priority: Number(this.hasPriority) };
    await askLater(this.case ?? '', ask);
    this.isBegun = false;
    return this.ask(ask);
  }

  /** A place that the office gave and this phone could not note is given once more to who asks for it again. @param {Ask} ask */
  async ask(ask) {
    this.say(text('booking.asking'));
    try {
      const { reason } = await askNow(this.case ?? '', ask);
      this.isMoving = false;
      this.say(reason ? text(`booking.refused.${reason}`) : text(`booking.done.${ask.do}`), Boolean(reason));
    } catch (error) {
      this.say('');
      if (!(error instanceof OfflineError)) throw error;
      this.say(text(ask.do === 'wish' ? 'booking.offline.wish' : 'booking.offline'), ask.do !== 'wish');
    }
    if (ask.do === 'take' || ask.do === 'move') await refreshOffers();
    await this.show();
  }

  /** @param {string} words @param {boolean} [isWrong] */
  say(words, isWrong = false) {
    this.said.hidden = !words;
    this.said.textContent = words;
    this.said.classList.toggle('urgent', isWrong);
  }
}
