/**
 * Sends the sealed pictures after their text: those of the oldest application first, of each what an officer needs first.
 * It goes on at the byte where a cut, a reload or a week without a signal stopped it; whoever takes it knows where that is.
 * No checksum goes with a chunk unless a whole picture came out wrong: so what comes of a chunk that is cut is kept, and
 * the digest of the whole decides.
 */

import { reach } from '../contact.js';
import { amend, read } from '../db.js';
import { NoOfficeError, RootChangedError } from '../device-errors.js';
import { filesLeft, items } from '../outbox.js';
import { office } from '../pins.js';
import { takeReceipt } from '../receipt-taking.js';
import { exclusively, say } from '../tabs.js';
import { TransportError } from '../transport.js';
import { PER_CHUNK, isSpent, mayGo, spend, wishes } from './data-use.js';
import { noteSpeed, speed } from './link-speed.js';
import { NotTakenError, add, ask, begin } from './tus.js';

/** @typedef {import('../outbox.js').Item} Item */
/** @typedef {import('../outbox.js').ItemFile} ItemFile */
/** @typedef {import('./tus.js').Upload} Upload */
/** @typedef {import('./tus.js').Standing} Standing */
/** @typedef {'sent' | 'stopped' | 'budget' | 'elsewhere' | 'offline' | 'busy' | 'failed'} Outcome */
/** @typedef {{signal?: AbortSignal, isWanted?: () => boolean}} Options isWanted: whether a text waits for the link */
/** @typedef {Options & {bytes: number, left: number, isAsked?: true}} Run bytes that went, and that may still go this month */

const [SMALLEST, LARGEST, SECONDS] = [16_384, 262_144, 4]; // bytes of a chunk, and how long one should take
const RECORD = 16_384; // bytes of a record of TLS: of a chunk that was cut one may have gone that nobody got
const TRIES = 4; // in a row that bring nothing
const DAY = 86_400_000; // milliseconds that a hub may take to bring a picture to the office
export const PER_FILE = 700; // bytes of the requests themselves

let tried = SMALLEST / 2; // bytes of the last chunk that arrived; what was not tried is not known: twice as much at most

/**
 * Send what may be sent; resolves when nothing is left, or why it stopped, with the bytes that went. Throws nothing that a
 * network does.
 * @param {Options} [options]
 * @returns {Promise<{outcome: Outcome, isCut: boolean, bytes: number, retryAfter: number}>}
 */
export async function sendFiles(options = {}) {
  const run = { ...options, bytes: 0, left: Infinity };
  /** @param {Outcome} outcome */
  const told = (outcome, retryAfter = 0) =>
    ({ outcome, isCut: outcome === 'offline' || outcome === 'busy', bytes: run.bytes, retryAfter });
  try {
    return told((await exclusively('rantau-upload', () => all(run))) ?? 'elsewhere');
  } catch (error) {
    if (error instanceof TransportError) return told(error.reason === 'busy' ? 'busy' : 'offline', error.retryAfter);
    if (error instanceof NoOfficeError || error instanceof RootChangedError) return told('failed');
    throw error;
  }
}

/** @param {Run} run @returns {Promise<Outcome>} */
async function all(run) {
  const origin = await reach();
  const tried = /** @type {string[]} */ ([]);
  for (let kind = /** @type {string | undefined} */ (undefined); ; ) {
    const next = await nextFile(origin, tried, kind);
    if (!next) return 'sent';
    tried.push(next.file.id);
    kind = kindOf(next.item);
    const outcome = await sendOne(next.item, next.file, origin, run);
    if (next.item.alone) await (await import('../alone.js')).forgetSent(); // nothing of it waits for another exchange
    say('stored');
    if (outcome !== 'sent') return outcome;
  }
}

/** @param {string} origin @param {string[]} tried @param {string} [kind] @returns {Promise<{item: Item, file: ItemFile} | undefined>} */
async function nextFile(origin, tried, kind) {
  const all = await items();
  const open = all.filter((item) => isThere(item, origin) && mayGo(item) && (kind ?? kindOf(item)) === kindOf(item));
  const apart = open.some(({ alone }) => alone) ? await import('../apart.js').catch(() => null) : null; // or the next time
  const pairs = open.filter((item) => !item.alone || (apart && !apart.isAmongOthers(item, all)))
    .flatMap((item) => filesLeft(item).map((file) => ({ item, file })));
  return pairs.find(({ file }) => !tried.includes(file.id) && !file.reason && !isAtHub(file, origin));
}

/** What nothing may link with anything else goes in no run with others. @param {Item} item */
const kindOf = (item) => (item.alone ? item.case : '');

/** Whether who is at the other end has the text, which goes first. @param {Item} item @param {string} origin */
const isThere = ({ state }, origin) => state === 'done' || (state === 'hub' && origin !== '');

/** What a hub has, it brings to the office. @param {ItemFile} file @param {string} origin */
const isAtHub = ({ way, at }, origin) => Boolean(way?.startsWith('hub:')) && (origin !== '' || Math.abs(Date.now() - (at ?? 0)) < DAY);

/**
 * @param {Item} item @param {ItemFile} file @param {string} origin @param {Run} run
 * @returns {Promise<Outcome>}
 */
async function sendOne(item, file, origin, run) {
  const row = await read('files', file.id);
  if (!row) {
    // The office had it for long, and was then set back to before.
    await note({ item, file: { ...file } }, { reason: 'not-here' });
    return 'sent';
  }
  const sending = { item, file: { ...file }, upload: { origin, version: item.id, digest: file.id, size: file.size }, bytes: row.bytes };
  let [standing, furthest, failures] = [/** @type {Standing | null} */ (null), -1, 0];
  for (;;) {
    try {
      if (standing && standing.offset > furthest) {
        run.bytes += furthest < 0 ? 0 : standing.offset - furthest;
        [furthest, failures] = [standing.offset, 0];
      }
      if (standing && standing.offset >= file.size) return await taken(sending, standing);
      const stop = await reasonToStop(item, run);
      if (stop) return stop;
      goOnLater(run);
      standing = standing ? await addChunk(sending, standing.offset, run) : await where(sending, run.signal);
    } catch (error) {
      if (error instanceof NotTakenError && error.status !== 409) {
        if (await endsWith(sending, error)) return 'sent';
      } else if (!(error instanceof NotTakenError) && !isCut(error)) throw error;
      failures += 1;
      if (failures >= TRIES || run.signal?.aborted) throw new TransportError('cut');
      standing = null;
    }
  }
}

/** @param {unknown} error */
const isCut = (error) => error instanceof TransportError && error.reason === 'cut';

/** @typedef {{item: Item, file: ItemFile, upload: Upload, bytes: import('../crypto/canonical.js').Bytes}} Sending */

/** Where to go on, which says how much of a chunk that was cut has gone. @param {Sending} sending @param {AbortSignal} [signal] */
async function where(sending, signal) {
  const standing = await begun(sending, signal);
  const { sent, going = 0, wire } = sending.file;
  const ahead = standing.offset - sent;
  const kept = ahead < 0 ? 0 : Math.max(0, going - ahead - RECORD);
  if (kept) {
    await spend(-kept);
    await note(sending, { wire: wire - kept, going: 0 });
  }
  return standing;
}

/** What was begun and forgotten meanwhile begins again. @param {Sending} sending @param {AbortSignal} [signal] */
async function begun({ file, upload }, signal) {
  if (!file.at) return begin(upload, signal);
  return ask(upload, signal).catch((error) => {
    if (error instanceof NotTakenError && error.status === 404) return begin(upload, signal);
    throw error;
  });
}

/** @param {Sending} sending @param {number} offset @param {Run} run */
async function addChunk(sending, offset, { left, signal }) {
  const { upload, bytes, file } = sending;
  const chunk = bytes.subarray(offset, offset + Math.min(chunkAt(await speed()), 2 * tried, left - PER_CHUNK));
  const started = performance.now();
  await spend(chunk.length + PER_CHUNK);
  await note(sending, { sent: offset, going: file.isChecked ? 0 : chunk.length, wire: file.wire + chunk.length + PER_CHUNK, at: Date.now() });
  const standing = await add(upload, offset, chunk, { isChecked: file.isChecked, signal });
  tried = Math.max(chunk.length, SMALLEST);
  await noteSpeed(chunk.length, performance.now() - started);
  await note(sending, { sent: standing.offset, going: 0 });
  return standing;
}

/** The bytes of a chunk on a link of this speed. @param {number | null} rate bytes a second */
export const chunkAt = (rate) => Math.min(Math.max(SMALLEST, Math.floor((rate ?? 0) * SECONDS)), LARGEST);

/** Have the browser go on, where it can, when this page is gone; only once something may go. @param {Run} run */
function goOnLater(run) {
  if (run.isAsked) return;
  run.isAsked = true;
  void navigator.serviceWorker?.ready.then((/** @type {any} */ { sync }) => sync?.register('photos')).catch(() => {});
}

/** Asked before each request: what a person says counts from the next one on. @param {Item} item @param {Run} run @returns {Promise<Outcome | null>} */
async function reasonToStop(item, run) {
  const wished = await wishes();
  if (wished.isPaused || run.isWanted?.() || run.signal?.aborted || !mayGo(item)) return 'stopped';
  run.left = wished.left;
  return isSpent(wished) ? 'budget' : null;
}

/** Believe that it was taken as far as that is signed. @param {Sending} sending @param {Standing} standing @returns {Promise<Outcome>} */
async function taken(sending, { offset, receipt }) {
  await note(sending, { sent: offset, at: sending.file.at ?? Date.now() });
  if (!receipt) return 'sent'; // not yet on as many disks as it takes: asked again later
  return (await takeReceipt(sending.item, receipt, (await office()).keys)) === 'forged' ? 'failed' : 'sent';
}

/**
 * What it was refused for; says whether that is the end of it. A picture that came out wrong is sent once more, in chunks
 * that are checked one by one.
 * @param {Sending} sending @param {NotTakenError} error
 */
async function endsWith(sending, { status, reason }) {
  if (status === 460 && !sending.file.isChecked) {
    await note(sending, { isChecked: true, sent: 0, going: 0 });
    return false;
  }
  if (status === 460 && reason === 'checksum') return false;
  if (status === 404) return true; // the text is not there, as the next exchange hears
  await note(sending, { reason: reason || (status === 410 ? 'gone' : 'malformed') });
  return true;
}

/** @param {Pick<Sending, 'item' | 'file'>} sending @param {Partial<ItemFile>} changed */
async function note(sending, changed) {
  Object.assign(sending.file, changed);
  const { item, file } = sending;
  await amend('outbox', item.id, (row) => ({
    ...row, files: row.files.map((/** @type {ItemFile} */ each) => (each.id === file.id ? { ...each, ...changed } : each)),
  }));
  say('progress', { item: item.id, file: file.id, sent: file.sent });
}
