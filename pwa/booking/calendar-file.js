/**
 * An hour as a file for a calendar (RFC 5545), which reminds of it while this app is closed; it says nothing of who comes.
 * The twin of server/appointments/calendar_file.py, byte for byte.
 */

import { download } from '../components/save-file.js';
import { language, text } from '../text.js';

const BEFORE = ['-P1D', '-PT2H']; // when it reminds
const WIDTH = 75; // octets in a line, section 3.1
const utf8 = new TextEncoder();

/** Put an hour among the downloads, from where the phone's calendar opens it. @param {import('./bookings.js').Hour} offer */
export function saveToCalendar(offer) {
  const file = calendarFile(offer, text, `${location.origin}/${language()}/booking`);
  download(new Blob([file], { type: 'text/calendar' }), `${offer.id}.ics`);
}

/**
 * Write an hour; `url` is the page on which its holder finds the ticket.
 * @param {import('./bookings.js').Hour} offer @param {typeof text} say @param {string} url
 */
export function calendarFile({ id, place, begins, ends }, say, url, now = Date.now() / 1000) {
  const what = escaped(say('booking.calendar.event', { place }));
  return [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Rantau//Rantau//EN', 'BEGIN:VEVENT',
    `UID:${id}@${new URL(url).host}`, `DTSTAMP:${time(now)}`, `DTSTART:${time(begins)}`, `DTEND:${time(ends)}`,
    `SUMMARY:${what}`, `LOCATION:${escaped(place)}`,
    `DESCRIPTION:${escaped(`${say('booking.bring')}\n${say('booking.calendar.moved')}`)}`, `URL:${url}`, 'CLASS:PRIVATE',
    ...BEFORE.flatMap((at) => ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:${at}`, `DESCRIPTION:${what}`, 'END:VALARM']),
    'END:VEVENT', 'END:VCALENDAR',
  ].map((line) => `${folded(line)}\r\n`).join('');
}

/** @param {number} at in seconds */
const time = (at) => new Date(at * 1000).toISOString().replace(/[-:]|\.\d+/g, '');

/** @param {string} words */
const escaped = (words) => words.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');

/** @param {string} line */
function folded(line) {
  let width = 0;
  return [...line].map((char) => {
    const octets = utf8.encode(char).length;
    width += octets;
    if (width <= WIDTH) return char;
    width = 1 + octets;
    return `\r\n ${char}`;
  }).join('');
}
