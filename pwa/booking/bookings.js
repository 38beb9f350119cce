/**
 * A case's appointment: what the office said of it, kept with the case, and what is to be asked with the next signal. A
 * place is certain only when the office answered; a wish may wait here until it can be sent.
 */

import { OfflineError } from '../device-errors.js';
import { listRecords, readRecord, updateRecord } from '../records.js';
import { within } from '../stopwatch.js';
import { vaultAtHand } from '../vault.js';
import { earliest, officeTime } from './hour.js';

/** @typedef {Omit<import('./offers.js').Offer, 'left' | 'priority'>} Hour */
/** @typedef {{number: string, offer: Hour, place: number, at: number, why: (string | number)[], moves: number}} Ticket */
/** @typedef {{do: string, offer?: string, wish?: string[], priority?: number}} Ask */
/**
 * @typedef {{state: 'booked' | 'waiting' | 'none', ticket?: Ticket, wish?: string[], lost?: number, at: number, early?: boolean,
 *   zone?: string, ask?: Ask}} Booking `at`: when the office said so, in milliseconds; `early`: it did not know of the wish yet;
 *   `ask` waits to be sent
 */
/** @typedef {Booking & {reason?: string}} Answered with why not */

const NEWS = 3600_000; // milliseconds after which a wish is asked about again, and six times that a ticket
const SOON = 48 * 3600_000; // milliseconds
const MOST = 20; // cases in one request
const QUIET = 30_000; // milliseconds without an answer after which nobody is there
const NONE = /** @type {const} */ ({ state: 'none', at: 0 });
const WAITS = /** @type {const} */ ({ state: 'waiting', at: 0 });

/** The ticket of an appointment within the next two days, which its holder is reminded of. @param {Booking | undefined} booking @param {number} now */
export function soonTicket(booking, now) {
  const ticket = booking?.state === 'booked' ? booking.ticket : undefined;
  return ticket && ticket.offer.ends * 1000 > now && ticket.offer.begins * 1000 < now + SOON ? ticket : undefined;
}

/**
 * Whether a day may be chosen here for a case: not for one whose code was handed out, although its wish may still wait.
 * @param {any} content
 */
export const isBookable = ({ proof, erased, problem, handed }) => Boolean(proof && !erased && !problem && !handed);

/**
 * What is known of a case's appointment. A wish that was sealed with the application waits like any other: the office says
 * what came of it once it is asked.
 * @param {Pick<import('../case-record.js').Content, 'booking' | 'versions'>} content
 * @returns {Booking | null}
 */
const standing = (content) => content.booking ?? (isSealed(content) ? WAITS : null);

/** Whether a wish was sealed of which the office has said nothing yet. @param {Pick<import('../case-record.js').Content, 'booking' | 'versions'>} content */
const isSealed = ({ booking, versions }) => (!booking || booking.early) && versions.some(([{ wish }]) => wish.length);

/** What is kept of it. @param {string} caseId @returns {Promise<Booking | null>} */
export const bookingOf = async (caseId) => (await readRecord('cases', caseId)).booking ?? null;

/**
 * Ask the office now, and keep what it says. Throws an `OfflineError`, and nothing was changed then.
 * @param {string} caseId @param {Ask} ask
 * @returns {Promise<Answered>}
 */
export async function askNow(caseId, ask) {
  const { proof } = await readRecord('cases', caseId);
  const [row] = await post([{ case: caseId, proof, ...ask }]);
  const answered = await keep(caseId, row, ask);
  document.dispatchEvent(new CustomEvent('rantau:stored'));
  return answered;
}

/** Have a wish sent with the next signal. @param {string} caseId @param {Ask} ask */
export const askLater = (caseId, ask) =>
  updateRecord('cases', caseId, (content) => ({ ...content, booking: { ...NONE, ...content.booking, ask } }), null);

/** Send what waits, and ask for news of what may have changed; gives the cases of which there was an answer. */
export async function settleBookings() {
  const [now, first] = [await officeTime(), await earliest()];
  const cases = await listRecords('cases', vaultAtHand).catch(() => []); // locked: another time
  const due = cases.filter((content) => content.proof && !content.erased && !content.problem && isDue(standing(content), now, first)).slice(0, MOST);
  if (!due.length) return [];
  const rows = await post(due.map(({ id, proof, booking }) => ({ case: id, proof, ...(booking?.ask ?? { do: 'show' }) })));
  for (const [place, row] of rows.entries()) await keep(due[place].id, row, due[place].booking?.ask);
  if (rows.length) document.dispatchEvent(new CustomEvent('rantau:booked', { detail: rows.map((row) => row.case) }));
  return rows.map((row) => row.case);
}

/** @param {Booking | null} booking @param {number} now @param {number} first the time that it may be at the earliest */
function isDue(booking, now, first) {
  if (!booking) return false;
  if (booking.ask) return true;
  if (booking.state === 'waiting') return Math.abs(now - booking.at) > NEWS;
  return booking.state === 'booked' && (booking.ticket?.offer.ends ?? 0) * 1000 > first && Math.abs(now - booking.at) > 6 * NEWS;
}

/**
 * Note an answer. What was refused changes nothing of what one has, which the office may tell with it; a wish that was made
 * meanwhile goes on waiting.
 * @param {string} caseId @param {any} row @param {Ask} [sent]
 * @returns {Promise<Answered>}
 */
async function keep(caseId, row, sent) {
  /** @type {Booking} */
  let booking = NONE;
  await updateRecord('cases', caseId, (content) => {
    const noted = answered(content, row, sent);
    booking = noted.booking;
    return noted;
  }, null);
  return row.state === 'refused' ? { ...booking, reason: row.reason } : booking;
}

/**
 * A case after an answer. Where its code was handed out, what proved whose wish it was goes with the wish.
 * @param {import('../case-record.js').Content} content @param {any} row @param {Ask} [sent]
 */
export function answered(content, { state, reason, ticket, wish, lost, zone, time = 0 }, sent) {
  const { ask, ...known } = /** @type {Booking} */ (standing(content) ?? NONE);
  // A wish of an application that the office does not have yet, as one that a hub carries, is sent again.
  const isOpen = ask && (JSON.stringify(ask) !== JSON.stringify(sent) || reason === 'unknown');
  // Nothing to give up is left: it was given up elsewhere. What was sealed the office may take in a minute from now.
  const told = ticket ? 'booked' : reason === 'none' ? 'none' : state === 'none' && !sent && isSealed(content) ? 'waiting' : state;
  const at = time * 1000;
  const kept = isSealed(content) ? { ...known, at, early: true } : known;
  const booking = { ...(told === 'refused' ? kept : { state: told, ticket, wish, lost, zone, at }), ...(isOpen ? { ask } : {}) };
  return { ...content, booking, proof: content.handed && !isOpen ? '' : content.proof };
}

/** @param {object[]} asks @returns {Promise<any[]>} */
async function post(asks) {
  const body = JSON.stringify({ v: 1, asks });
  const options = /** @type {const} */ ({ method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error' });
  try {
    const { rows, zone, time } = await within(QUIET, async (signal) =>
      (await fetch('/bookings', { ...options, signal, body, headers: { 'Content-Type': 'application/json' } })).json());
    return rows.map((/** @type {any} */ row) => ({ ...row, zone, time }));
  } catch (error) {
    throw new OfflineError('', { cause: error });
  }
}
