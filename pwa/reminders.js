/**
 * What somebody has to come for, in a line on every page: documents that wait at the office, and a day that was booked. Where a person asked for it,
 * the phone notifies of each once, when the app is opened; nobody's servers are told anything.
 */

import { spokenNumber } from './crypto/receipt-code.js';
import { standingStep } from './case-record.js';
import { read, write } from './db.js';
import { element, letGo } from './element.js';
import { listRecords } from './records.js';
import { language, loadMore, text } from './text.js';
import { vaultAtHand } from './vault.js';

const READY = 'siap_diambil';
const TOLD = 'reminded'; // in `meta`: which were notified of
const MOST = 50; // of these that are remembered

/** @typedef {{key: string, line: string, href: string}} Reminder */

/** Show them now and after each exchange. Safe to call twice. */
export async function startReminders() {
  await loadMore('survey');
  if (document.querySelector('[data-reminders]')) return;
  const place = element('div', { class: 'reminders', 'data-reminders': true, role: 'status' });
  document.querySelector('.masthead')?.append(place);
  let turns = 0;
  const look = async (turn = ++turns) => {
    const all = await reminders();
    await letGo(document); // what grows here moves all that is below it
    if (turn === turns) await put(place, all);
  };
  const show = () => void look().catch(() => {});
  for (const change of ['exchanged', 'stored', 'booked']) document.addEventListener(`rantau:${change}`, show);
  show();
}

/** Whether a person can still be asked for leave to be notified. */
export const canAsk = () => 'Notification' in globalThis && Notification.permission === 'default';

/** Ask for it; only a press of a button may. Gives whether it was given. */
export async function askLeave() {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  void reminders().then(notify);
  return true;
}

/** @returns {Promise<Reminder[]>} */
async function reminders() {
  const cases = await listRecords('cases', vaultAtHand).catch(() => []); // locked: nobody is there to be told
  const own = cases.filter((content) => !content.problem && !content.erased && !content.handed);
  const ready = await Promise.all(own.filter((content) => standingStep(content).step === READY).map(async (content) => ({
    key: `${content.id}.${standingStep(content).stepAt}`,
    line: text('remind.ready', { number: await spokenNumber(content.id) }),
    href: `/${language()}/case#c=${content.id}`,
  })));
  return [...ready, ...(own.some(({ booking }) => booking) ? await appointments(own) : [])];
}

/** Days to come that are near. @param {any[]} cases @returns {Promise<Reminder[]>} */
async function appointments(cases) {
  const [{ soonTicket }, { hourText, officeTime }] = await Promise.all([import('./booking/bookings.js'), import('./booking/hour.js')]);
  const now = [Date.now(), await officeTime()]; // either may be wrong
  return cases.flatMap(({ id, booking }) => {
    const ticket = now.map((each) => soonTicket(booking, each)).find(Boolean);
    return ticket ? [{
      key: `${id}.${ticket.offer.id}`,
      line: text('remind.appointment', { when: hourText(ticket.offer, booking.zone), place: ticket.offer.place, number: ticket.number }),
      href: `/${language()}/booking#c=${id}`,
    }] : [];
  });
}

/** @param {HTMLElement} place @param {Reminder[]} all */
async function put(place, all) {
  const said = all.map(({ line }) => line).join('\n');
  if (place.dataset.lines !== said) {
    place.replaceChildren(...all.map(({ line, href }) =>
      element('p', { class: 'centre' }, line, ' ', element('a', { href }, text('remind.show')))));
  }
  place.dataset.lines = said;
  await notify(all);
}

/** @param {Reminder[]} all */
async function notify(all) {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const worker = await navigator.serviceWorker?.getRegistration();
  const { keys = /** @type {string[]} */ ([]) } = (await read('meta', TOLD)) ?? {};
  const fresh = all.filter(({ key }) => !keys.includes(key));
  if (!worker || !fresh.length) return;
  for (const { key, line, href } of fresh) {
    await worker.showNotification(line, { tag: key, data: href, icon: '/pwa/icons/app.svg', lang: language() });
  }
  // Noted after it is shown: a page that was left between shows it once more, in the same place.
  await write('meta', { name: TOLD, keys: [...keys, ...fresh.map(({ key }) => key)].slice(-MOST) });
}
