/**
 * How a complaint that nothing may link with anything else of this phone, and a message about it, keep their distance:
 * while something else waits to go or went lately, its photos too, they wait for hours, by chance. Not for ever: a day
 * after they were sealed, or offered in vain, they go in any case. Their own photos wait in the same way, a day at most.
 */

import { filesLeft, items } from './outbox.js';

/** @typedef {import('./outbox.js').Item} Item */

const [LATELY, DAY] = [3_600_000, 86_400_000]; // milliseconds
const [LEAST, MOST] = [600_000, 6 * 3_600_000]; // milliseconds that it waits

/** Until when such an item is to wait, where it is among others. @param {Item} item @returns {Promise<number | undefined>} */
export const heldUntil = async (item) => (isAmongOthers(item, await items()) ? Date.now() + hours() : undefined);

/** Whether what was sealed last of a case, and goes alone, waits for that reason, or will. @param {string} caseId */
export async function waitsApart(caseId, now = Date.now()) {
  const all = await items();
  const item = all.findLast((each) => each.alone && each.case === caseId);
  return Boolean(item && isToGo(item) && ((item.notBefore ?? 0) > now || isAmongOthers(item, all, now)));
}

/** Whether it, or a photo of it, may be linked with something else now, and has not waited for a day. @param {Item} item @param {Item[]} all */
export const isAmongOthers = (item, all, now = Date.now()) =>
  Boolean(item.alone) && !isSurvey(item) && Math.abs(now - dueSince(item)) < DAY && othersGo(item.case, all, now);

/** What a hub has is due a day after the hub took it. @param {Item} item */
const dueSince = ({ state, at, offeredAt }) => Math.max(at, offeredAt + (state === 'hub' ? DAY : 0));

/** Whether something else of this phone goes now or went lately. @param {string} caseId @param {Item[]} all @param {number} now */
const othersGo = (caseId, all, now) =>
  all.some((other) => other.case !== caseId && !isSurvey(other) && (goesNow(other, now) || Math.abs(now - wentAt(other)) < LATELY));

/** Surveys keep a distance of their own. @param {Item} item */
const isSurvey = ({ id }) => id.startsWith('svy.');

/** @param {Item} item */
const isToGo = ({ state }) => state === 'waiting' || state === 'kept';

/** Whether it goes as soon as it can, or photos of it do. @param {Item} item @param {number} now */
const goesNow = (item, now) =>
  isToGo(item) ? (item.notBefore ?? 0) <= now : item.state !== 'refused' && item.photos !== 'wait' && filesLeft(item).some(({ reason }) => !reason);

/** When it, or a part of one of its pictures, went last. @param {Item} item */
const wentAt = ({ offeredAt, files = [] }) => Math.max(offeredAt, ...files.map(({ at = 0, done }) => Math.max(at, done ?? 0)));

const hours = () => LEAST + Math.random() * (MOST - LEAST);
