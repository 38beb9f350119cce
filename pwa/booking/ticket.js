/** The ticket: a number and a QR code that the counter reads, when and where, and how it was come by. */

import { qrSvg } from '../components/qr.js';
import { button, element } from '../element.js';
import { text } from '../text.js';
import { saveToCalendar } from './calendar-file.js';
import { hourText } from './hour.js';

/** @param {import('./bookings.js').Ticket} ticket @param {string} [zone] */
export function ticketCard({ number, offer, why, moves }, zone) {
  const [word, day, draw, of, wish] = why;
  return element('section', { class: 'card stack', 'data-ticket': number, 'aria-label': text('booking.ticket') },
    element('h2', {}, text('booking.ticket')),
    element('p', { class: 'code' }, number),
    qrSvg(number.replaceAll(' ', ''), text('booking.qr', { number })),
    element('p', {}, element('strong', {}, hourText(offer, zone)), element('br'), offer.place),
    offer.closed ? element('p', { class: 'notice urgent' }, text('booking.closed')) : null,
    element('p', {}, text('booking.bring')),
    element('p', { class: 'hint' }, text(`booking.why.${word}`, { day: dayText(day), draw, of, wish })),
    element('p', { class: 'hint' }, text(`booking.moves.${moves ? 'used' : 'left'}`)),
    element('p', { class: 'cluster no-print' },
      offer.closed ? null : button(text('booking.calendar'), () => saveToCalendar(offer), { class: 'button button-plain' }),
      button(text('app.receipt.print'), () => window.print(), { class: 'button button-plain' })),
    offer.closed ? null : element('p', { class: 'hint no-print' }, text('booking.calendar.hint')));
}

/** The day of a round, 261203, as people write it. @param {string | number} day */
const dayText = (day) => String(day ?? '').replace(/^(\d\d)(\d\d)(\d\d)$/, '$3-$2-20$1');
