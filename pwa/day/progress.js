/** How far the people of a day are, told from what lies on the phone: nothing that can be forgotten to be written down. */

import { spokenNumber } from '../crypto/receipt-code.js';
import { transact } from '../db.js';
import { filesLeft } from '../outbox.js';
import { placeOf } from '../records.js';
import { openVault } from '../vault.js';

/** @typedef {import('./days.js').Day} Day */
/** @typedef {import('./days.js').Person} Person */
/** @typedef {'waiting' | 'filling' | 'sealed' | 'refused' | 'hub' | 'sent' | 'ended'} Stage */
/** @typedef {Person & {stage: Stage, isHanded: boolean, isFiled: boolean, number?: string}} Standing */
/** @typedef {{all: number, waiting: number, filling: number, sealed: number, refused: number, sent: number, filed: number, handed: number,
 *   unhanded: number, done: number}} Counts `sealed`: and not at the office yet, of which `filed` are in a file too */

/** The people of a day, each with how far it is. @param {Day} day @returns {Promise<Standing[]>} */
export async function standings(day) {
  const vault = await openVault();
  const rows = await look(day.people, vault.profile);
  return Promise.all(day.people.map(async (person) => {
    const { draft, record, item } = rows.get(person.id) ?? {};
    const content = record && (await vault.decrypt(record).catch(() => undefined));
    const isSealed = Boolean(record || item);
    return {
      ...person, number: isSealed ? await spokenNumber(/** @type {string} */ (person.case)) : undefined,
      stage: stageOf(draft, record, item), isHanded: Boolean(content?.handed) || (isSealed && !record),
      isFiled: Boolean(item?.filed),
    };
  }));
}

/** @param {Standing[]} people @returns {Counts} */
export function countsOf(people) {
  const count = (/** @type {(person: Standing) => boolean} */ isIt) => people.filter(isIt).length;
  const isSealed = (/** @type {Standing} */ { stage }) => stage === 'sealed' || stage === 'hub';
  const [sealed, refused, sent] = [count(isSealed), count(({ stage }) => stage === 'refused'), count(({ stage }) => stage === 'sent' || stage === 'ended')];
  return {
    all: people.length, waiting: count(({ stage }) => stage === 'waiting'), filling: count(({ stage }) => stage === 'filling'),
    sealed, refused, sent, filed: count((person) => isSealed(person) && person.isFiled),
    handed: count(({ isHanded }) => isHanded),
    unhanded: count(({ stage, isHanded }) => !isHanded && !['waiting', 'filling', 'ended'].includes(stage)), done: sealed + refused + sent,
  };
}

/** Whether a day's list may leave the phone: nothing of it is here alone. @param {Counts} counts */
export const isWithOffice = ({ filling, sealed, refused }) => filling + sealed + refused === 0;

/** Of each person what lies here, in one transaction, by keys. @param {Person[]} people @param {string} profile */
function look(people, profile) {
  return transact(['drafts', 'cases', 'outbox'], 'readonly', (store) => {
    const asked = people.filter(({ case: of }) => of).map(({ id, draft, case: of }) => ({
      id,
      draft: store('drafts').getKey(placeOf(profile, /** @type {string} */ (draft))),
      record: store('cases').get(placeOf(profile, /** @type {string} */ (of))),
      items: store('outbox').index('case').getAll(of),
    }));
    return () => new Map(asked.map(({ id, draft, record, items }) => [id, { draft: draft.result, record: record.result, item: items.result.at(-1) }]));
  });
}

/** @param {any} draft @param {any} record @param {any} item @returns {Stage} */
function stageOf(draft, record, item) {
  if (record?.erased) return 'ended';
  if (!item) return record ? 'sent' : draft ? 'filling' : 'waiting';
  if (item.state === 'done') return filesLeft(item).length ? 'sealed' : 'sent';
  return item.state === 'hub' || item.state === 'refused' ? item.state : 'sealed';
}
