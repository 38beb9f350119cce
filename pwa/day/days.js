/**
 * A volunteer's days at events: where and when, what for, and who is expected. A day lies in the vault like a draft, so
 * that the office can open it when its passphrase is forgotten.
 */

import { b32Encode } from '../crypto/canonical.js';
import { randomBytes } from '../crypto/cipher.js';
import { derive, newCode } from '../crypto/receipt-code.js';
import { deleteDraft, newDraft } from '../drafts.js';
import { createRecord, listRecords, readRecord, removeRecord, updateRecord } from '../records.js';

/** @typedef {import('./consents.js').Consent} Consent */
/**
 * @typedef {{id: string, name: string, draft?: string, case?: string}} Person `draft` and `case`: once the
 *   application was begun; which of them is there tells how far it is
 * @typedef {{place: string, date: string, purpose: string, service: string, form: string,
 *   carried: Record<string, string>}} Event_ `carried`: the answers that each application begins with
 * @typedef {Event_ & {id: string, at: number, people: Person[], typed?: string, problem?: string}} Day `typed`: names not on the list yet
 */

/** As many as one day may list; more are another day's. */
export const MOST = 500;

/** @param {Event_} event @returns {Promise<string>} its id */
export async function newDay(event) {
  const id = `d${b32Encode(randomBytes(10))}`;
  await createRecord('days', id, forRescue({ ...event, people: [] }));
  return id;
}

/** The days of who is at work, the newest first; one that does not open has a `problem`. @returns {Promise<Day[]>} */
export const listDays = async () => (await listRecords('days')).sort((one, other) => other.at - one.at);

/** @param {string} id @returns {Promise<Day>} */
export const loadDay = (id) => readRecord('days', id);

/** Take a day with its names off the phone; what was sealed stays. @param {string} id */
export const clearDay = (id) => removeRecord('days', id);

/**
 * The names on lines that were typed or pasted, from a table too: numbers and dashes before them and blank lines are left out.
 * @param {string} typed
 */
export const namesIn = (typed) =>
  typed.split(/[\r\n]+/).map((line) => line.replace(/^[\s\d.)*•–—-]+/, '').replace(/[\t;].*$/, '').trim()).filter((name) => /\p{L}/u.test(name));

/**
 * Put people on a day's list; somebody who is on it already is not put there twice.
 * @param {string} id @param {string[]} names
 * @returns {Promise<{added: number, known: number, left: number}>} how many came on it, stood there, and found no room
 */
export async function addPeople(id, names) {
  let told = { added: 0, known: 0, left: 0 };
  await change(id, (people) => {
    const there = new Set(people.map(({ name }) => name.toUpperCase()));
    const fresh = names.filter((name) => !there.has(name.toUpperCase()) && there.add(name.toUpperCase()));
    const taken = fresh.slice(0, Math.max(0, MOST - people.length));
    told = { added: taken.length, known: names.length - fresh.length, left: fresh.length - taken.length };
    return [...people, ...taken.map((name) => ({ id: b32Encode(randomBytes(5)), name }))];
  }, { typed: '' });
  return told;
}

/** Take somebody off the list who did not come. @param {string} id @param {string} person */
export const removePerson = (id, person) => change(id, (people) => people.filter((one) => one.id !== person));

/**
 * Begin somebody's application with what the day gives to everybody and with the consent, and with nothing else. Gives
 * the draft's id, or null when another page of this phone began it meanwhile.
 * @param {Day} day @param {Person} person @param {Consent} consent
 */
export async function beginPerson(day, { id: person }, consent) {
  const code = newCode();
  const [draft, { case: caseId }] = await Promise.all([
    newDraft(day.service, day.form, { ...day.carried }, { code, consent }), derive(code),
  ]);
  const isBegun = (/** @type {Person} */ one) => one.id === person && one.draft;
  const before = day.people.find(isBegun)?.draft;
  let isOurs = false;
  await change(day.id, (people) => {
    isOurs = people.find(isBegun)?.draft === before;
    return isOurs ? people.map((one) => (one.id === person ? { ...one, draft, case: caseId } : one)) : people;
  });
  if (isOurs) return draft;
  await deleteDraft(draft);
  return null;
}

/** Keep the names that are being typed. @param {string} id @param {string} typed */
export const noteTyped = (id, typed) => change(id, (people) => people, { typed });

/** @param {string} id @param {(people: Person[]) => Person[]} edit @param {{typed?: string}} [more] */
const change = (id, edit, more) =>
  updateRecord('days', id, (day) => forRescue({ ...day, ...more, people: edit(day.people) }), null);

/** What the office shows when it opens a day for a forgotten passphrase. @param {Event_ & {people: Person[]}} day */
const forRescue = ({ place, date, purpose, people, ...rest }) => ({
  ...rest, place, date, purpose, people, title: `${place} ${date}`,
  values: { place, date, purpose, names: people.map(({ name }) => name).join('; ') },
});
