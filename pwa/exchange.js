/**
 * Sending and hearing: everything due goes out in a few requests, every answer is believed only as far as it is signed.
 * Whatever goes wrong leaves an item where it was; repeating is always harmless.
 */

import { dropOld, isBrought } from './answered.js';
import { endCase, tellCases, watches } from './cases.js';
import { endedCase, isSigned } from './case-content.js';
import { lose, reach } from './contact.js';
import { amend, read, write } from './db.js';
import { NoOfficeError, RootChangedError, StorageError } from './device-errors.js';
import { Dialect } from './dialect.js';
import { spend } from './images/data-use.js';
import { isDue, items, sending } from './outbox.js';
import { noteTime, office, refreshOffice } from './pins.js';
import { MEMORY, ReceiptQueue, settle, unsentAgain } from './receipt-taking.js';
import { exclusively, say } from './tabs.js';
import { TransportError, isAway, post } from './transport.js';
import { vaultAtHand } from './vault.js';

/** @typedef {import('./outbox.js').Item} Item */
/**
 * @typedef {{state: 'ok' | 'offline' | 'elsewhere' | 'busy' | 'failed' | 'no-office', done: string[], hub: string[],
 *   kept: string[], refused: [string, string][], forged: string[], news: string[], erased: string[], more: boolean,
 *   retryAfter: number}} Result
 */
/** @typedef {import('./crypto/key-list.js').KeyList} KeyList */
/** @typedef {import('./device-reading.js').DeviceReading} DeviceReading */
/**
 * @typedef {{result: Result, keys: KeyList, sent: Item[], lost: Set<string>, news: Map<string, any[]>,
 *   reading: DeviceReading | null, receipts: ReceiptQueue}} Round
 */

const [LEAST, MOST, MOST_HAVE] = [8_000, 1 << 20, 1000]; // characters of a batch, less being worth no request; ids asked for
const BRISK = 8_000; // milliseconds; a batch that took less may be doubled
const STUBBORN = 3; // times that an item may come back as unreadable before it is set aside
const [SURE, HEARD] = [14 * 86_400_000, 4]; // milliseconds that an office is believed to have it still; of how many offices

let batchSize = 96_000;
let at = ''; // the origin of the hub that answers; the office's own is empty
/** @type {Promise<Result> | undefined} */
let running;

/**
 * Exchange with the office, unless this or another tab is at it. Never throws for what the network or the office does.
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Result>}
 */
export function exchange({ signal } = {}) {
  running ??= exclusively('rantau-exchange', () => all(signal))
    .then((result) => result ?? nothing('elsewhere'))
    .finally(() => {
      running = undefined;
    });
  return running;
}

/** Exchange once more after the one under way, which may have looked for what to send already. */
export const exchangeAnew = () => Promise.resolve(running).catch(() => {}).then(() => exchange());

/** @param {AbortSignal} [signal] */
async function all(signal) {
  const result = nothing('ok');
  try {
    at = await reach();
    await rounds(result, signal);
    if ((await items()).some(({ alone }) => alone)) await (await import('./alone.js')).sendAlone(result, at, signal);
  } catch (error) {
    result.state = stateOf(error);
    if (error instanceof TransportError) result.retryAfter = error.retryAfter;
    lose();
  }
  say('exchanged', result);
  return result;
}

/** @param {Result} result @param {AbortSignal} [signal] */
async function rounds(result, signal) {
  /** @type {Set<string>[]} */
  const [tried, asked, lost] = [new Set(), new Set(), new Set()];
  const memory = (await read('meta', MEMORY)) ?? { name: MEMORY, cursor: '' };
  const dialect = new Dialect(memory, at, at ? 1 : (await office()).exchange);
  /** What was asked for, is not there and was not sent since. @param {string} id */
  const isLost = (id) => asked.has(id) && lost.has(id) && !tried.has(id);
  const unsent = (await items()).filter(({ state }) => state === 'waiting').map(({ id }) => id);
  let watch = await watches(memory.cursor, unsent);
  let reading = at ? null : await readingHere(); // a hub cannot know who a volunteer is
  let [ask, have, time] = [await atHub(), /** @type {string[]} */ ([]), 0];
  for (;;) {
    const due = (await items()).filter((item) => !item.alone && (isLost(item.id) || isDue(item)) && !tried.has(item.id) && !(at && item.state === 'hub'));
    const sent = batchOf(due);
    const isOver = !sent.length && !watch.length && !have.length && !ask.length && !reading;
    if (isOver) return time && !at && dropOld(time).catch(() => {}); // or the next time
    const head = await round({ sent, watch, have, ask, reading, dialect, result, lost, signal });
    if (!head) continue; // the same, in smaller batches or other words
    for (const { id } of sent) tried.add(id);
    time = head.time;
    const isAgain = dialect.heard(head);
    const isAnswered = (/** @type {string} */ id) => tried.has(id) || (asked.has(id) && !isLost(id));
    have = (await remember(memory, head, isAnswered, watch.at(-1)?.[0])).filter((id) => !asked.has(id));
    for (const id of have) asked.add(id);
    [watch, ask] = [isAgain ? watch : [], []];
    if (!(await reading?.heard(head))) reading = null;
  }
}

/** What a volunteer at work here may read; nothing of that is loaded for anybody else. */
async function readingHere() {
  const { device } = await vaultAtHand().catch(() => ({ device: null }));
  return device ? import('./device-reading.js').then(({ readingOf }) => readingOf(device), () => null) : null;
}

/**
 * One request. Gives the head of the answer, or null when it is to be tried once more: the batch was too large and has been
 * halved, or the server does not know these words any more.
 * @param {{sent: Item[], watch: any[], have: string[], ask: string[], reading: DeviceReading | null, dialect: Dialect,
 *   result: Result, lost: Set<string>, signal?: AbortSignal}} what
 */
async function round({ sent, watch, have, ask, reading, dialect, result, lost, signal }) {
  const hello = await dialect.hello({ watch, have, ask }, await reading?.hello());
  const started = Date.now();
  const bytes = sent.reduce((sum, item) => sum + item.bytes, 0);
  for (const { id } of sent) sending.add(id);
  try {
    if (bytes) await spend(bytes);
    const head = await answers([hello, ...sent.map(dialect.line)], sent, result, reading, lost, signal);
    if (Date.now() - started < BRISK) batchSize = Math.min(batchSize * 2, MOST);
    return head;
  } catch (error) {
    if (bytes && isAway(error)) await spend(-bytes);
    if (error instanceof TransportError && error.reason === 'unread' && dialect.isNewer) return dialect.forget();
    const isTooLarge = error instanceof TransportError && error.reason === 'too-large';
    batchSize = isTooLarge ? sizeOf(sent) / 2 : Math.max(sizeOf(sent) / 2, LEAST);
    if (!isTooLarge || !sent.length || (at && sent.length === 1)) throw error;
    if (sent.length === 1) await setAside(sent[0], 'too-large', result);
    return null;
  } finally {
    for (const { id } of sent) sending.delete(id);
  }
}

/**
 * @param {string[]} lines @param {Item[]} sent @param {Result} result @param {DeviceReading | null} reading
 * @param {Set<string>} lost @param {AbortSignal} [signal]
 */
async function answers(lines, sent, result, reading, lost, signal) {
  const rows = post(lines, signal, at);
  const { value: head } = await rows.next();
  const { keys } = await officeOf(head);
  const receipts = new ReceiptQueue(keys, (state, id) => result[state].push(id));
  const round = { result, sent, lost, news: new Map(), reading, keys, receipts };
  let told = { news: /** @type {string[]} */ ([]), isStored: false };
  try {
    let isWhole = true;
    for await (const row of rows) {
      isWhole &&= row !== undefined;
      await take(row, round);
    }
    if (!isWhole) throw new TransportError('cut');
  } finally {
    await receipts.all(); // what came before a cut counts
    told = await tellCases(round.news);
    result.news.push(...told.news);
  }
  if (told.isStored) await reading?.keep();
  result.more ||= head.more === true || !told.isStored;
  return head;
}

/** @param {any} head */
async function officeOf(head) {
  if (at) return office(); // what a hub says of the time or of the office is not signed
  await noteTime(head.time);
  const known = await office();
  return head.public === known.public ? known : refreshOffice().catch(() => known);
}

/** @param {any} row @param {Round} round */
async function take(row, round) {
  if (!Array.isArray(row)) return takeEvent(row, round);
  const [id, what, detail, line] = row;
  if (id === 'erase' || id === 'voided') return takeEnd(what, round);
  if (id === 'since') return takePlace(what, detail, round);
  if (id === 'steps') return takeSteps(what, round);
  const item = round.sent.find((sent) => sent.id === id) ?? (id === null ? round.sent[line - 2] : await elsewhere(id));
  if (what === 'missing') await offerAgain(round.lost.add(id) && id);
  else if (!item || (at && what === 'refused')) return; // only the office refuses
  else if (what === 'ok') isKnown(item, detail) || round.receipts.add(item, detail);
  else if (what === 'kept') await keep(item, round.result);
  else if (what === 'refused' && id === null) await takeUnreadable(item, detail, round.result);
  else if (what === 'refused') await setAside(item, detail, round.result);
}

/** Whether it names what the receipt that is here names. @param {Item} item @param {any} receipt */
const isKnown = ({ state, receipt: known }, receipt) => state === 'done' && `${known[0][5]}` === `${receipt?.[0]?.[5]}`;

/** @param {unknown} place @param {unknown} more @param {Round} round */
function takePlace(place, more, { reading, result }) {
  reading?.reach(place);
  result.more ||= more === 1;
}

/** What was sent from here may have come to the office by another way. @param {unknown} id */
const elsewhere = (id) => read('outbox', String(id));

/** @param {Item} item @param {Result} result */
async function keep({ id }, result) {
  await settle(id, { state: 'kept' });
  result.kept.push(id);
}

/**
 * A line that arrived spoilt is sent again, but not for ever.
 * @param {Item} item @param {unknown} reason @param {Result} result
 */
async function takeUnreadable(item, reason, result) {
  if (item.tries + 1 >= STUBBORN) await setAside(item, reason, result);
  else await settle(item.id, { tries: item.tries + 1 });
}

/** @param {Item} item @param {unknown} reason @param {Result} result */
async function setAside({ id }, reason, result) {
  const typed = typeof reason === 'string' && /^[a-z-]{1,32}$/.test(reason) ? reason : 'malformed';
  await settle(id, { state: 'refused', reason: typed, offeredAt: Date.now() });
  result.refused.push([id, typed]);
}

/** A hub has not brought it to the office yet, or does not have it; or a restored office does not any more. @param {unknown} id */
const offerAgain = (id) =>
  amend('outbox', String(id), (item) =>
    (item.state === 'hub' || (item.state === 'done' && !at)) && { ...item, state: 'waiting', done: null, files: item.files?.map(unsentAgain) });

/** What a hub has a receipt out for, or pictures of; of these the office's is wanted. */
const atHub = async () => (await items()).filter((item) => (item.state === 'hub' || isBrought(item)) && !item.alone).map(({ id }) => id).slice(-MOST_HAVE);

/** @param {any} event @param {Round} round */
async function takeEvent(event, { keys, news }) {
  if (await isSigned(event, event?.case, keys)) noteEvent(event, news);
}

/** @param {any} signed @param {Round} round */
async function takeSteps(signed, { keys, news, reading }) {
  if (!reading) return; // whoever holds codes is told what the office itself signed
  for (const event of await (await import('./bare-steps.js')).stepsOf(signed, keys)) noteEvent(event, news);
}

/** @param {any} event @param {Map<string, any[]>} news */
const noteEvent = (event, news) => news.set(event.case, [...(news.get(event.case) ?? []), event]);

/** @param {any} mark @param {Round} round */
async function takeEnd(mark, { keys, result }) {
  const caseId = await endedCase(mark, keys);
  if (!caseId) return;
  await endCase(caseId, mark);
  result.erased.push(caseId);
}

/**
 * Note what the answer said of the server. One that was restored, as its new epoch says, or that was not asked for long,
 * is to say what it lacks: give what to ask it for. Noted when nothing is left to ask. Where a hub heard of a restore,
 * it gets what it does not know the office to have; here that stays what the office signed, and the office is asked too.
 * @param {any} memory @param {any} head @param {(id: string) => boolean} isAnswered @param {string} [cursor]
 */
async function remember(memory, { epoch, office: told }, isAnswered, cursor) {
  const { heard = {} } = memory;
  const isSure = at ? !told || told in heard || told === memory.told : Math.abs(Date.now() - heard[epoch]) < SURE;
  const had = isSure ? [] : (await items()).filter(({ id, state, alone }) => state === 'done' && !alone && !isAnswered(id));
  if (at && !had.length) memory.told = told;
  else if (!isSure && !had.length) memory.heard = Object.fromEntries([...Object.entries(heard), [epoch, Date.now()]].slice(-HEARD));
  await write('meta', Object.assign(memory, { cursor: cursor ?? memory.cursor }));
  return had.slice(0, MOST_HAVE).map(({ id }) => id);
}

/** @param {Item[]} due */
function batchOf(due) {
  let size = 0;
  return due.filter(({ line }, place) => (size += line.length) <= batchSize || place === 0);
}

/** @param {Item[]} sent */
const sizeOf = (sent) => sent.reduce((sum, { line }) => sum + line.length, 0);

/** @param {unknown} error @returns {Result['state']} */
function stateOf(error) {
  if (error instanceof NoOfficeError) return 'no-office';
  if (error instanceof RootChangedError || error instanceof StorageError) return 'failed';
  if (!(error instanceof TransportError)) throw error;
  if (error.reason === 'away' || error.reason === 'unread') return 'offline';
  return error.reason === 'busy' ? 'busy' : 'failed';
}

/** @param {Result['state']} state @returns {Result} */
const nothing = (state) => ({
  state, done: [], hub: [], kept: [], refused: [], forged: [], news: [], erased: [], more: false, retryAfter: 0,
});
