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
import { exclusively } from '../tabs.js';
import { TransportError } from '../transport.js';
import { mayGo, usedThisMonth, wishes } from './data-use.js';
import { noteSpeed, speed } from './link-speed.js';
import { NotTakenError, add, ask, begin } from './tus.js';

/** @typedef {import('../outbox.js').Item} Item */
/** @typedef {import('../outbox.js').ItemFile} ItemFile */
/** @typedef {import('./tus.js').Upload} Upload */
/** @typedef {import('./tus.js').Standing} Standing */
/** @typedef {'sent' | 'stopped' | 'budget' | 'elsewhere' | 'offline' | 'busy' | 'failed'} Outcome */
/** @typedef {{signal?: AbortSignal, isWanted?: () => boolean}} Options isWanted: whether a text waits for the link */
/** @typedef {Options & {bytes: number}} Run */

const [SMALLEST, LARGEST, SECONDS] = [16_384, 262_144, 4]; // bytes of a chunk, and how long one should take
const TRIES = 4; // in a row that bring nothing
const DAY = 86_400_000; // milliseconds that a hub may take to bring a picture to the office
export const [PER_FILE, PER_CHUNK] = [700, 600]; // bytes of the requests themselves

let tried = SMALLEST / 2; // bytes of the last chunk that arrived; what was not tried is not known: twice as much at most

/**
 * Send what may be sent; resolves when nothing is left, or why it stopped, with the bytes that went. Throws nothing that a
 * network does.
 * @param {Options} [options]
 * @returns {Promise<{outcome: Outcome, isCut: boolean, bytes: number, retryAfter: number}>}
 */
export async function sendFiles(options = {}) {
  const run = { ...options, bytes: 0 };
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
  for (const tried = /** @type {string[]} */ ([]); ; ) {
    const next = await nextFile(origin, tried);
    if (!next) return 'sent';
    tried.push(next.file.id);
    const outcome = await sendOne(next.item, next.file, origin, run);
    if (next.item.alone) await (await import('../alone.js')).forgetSent(); // nothing of it waits for another exchange
    document.dispatchEvent(new CustomEvent('rantau:stored'));
    if (outcome !== 'sent') return outcome;
  }
}

/** @param {string} origin @param {string[]} tried @returns {Promise<{item: Item, file: ItemFile} | undefined>} */
async function nextFile(origin, tried) {
  const open = (await items()).filter((item) => isThere(item, origin) && mayGo(item));
  const pairs = open.flatMap((item) => filesLeft(item).map((file) => ({ item, file })));
  return pairs.find(({ file }) => !tried.includes(file.id) && !file.reason && !isAtHub(file, origin));
}

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
  if (!row) return 'sent'; // this phone does not have it any more, and the office said that it does
  const sending = { item, file: { ...file }, upload: { origin, version: item.id, digest: file.id, size: file.size }, bytes: row.bytes };
  let [standing, furthest, failures] = [/** @type {Standing | null} */ (null), -1, 0];
  for (;;) {
    try {
      standing ??= await where(sending, run.signal);
      if (standing.offset > furthest) {
        run.bytes += furthest < 0 ? 0 : standing.offset - furthest;
        [furthest, failures] = [standing.offset, 0];
      }
      if (standing.offset >= file.size) return await taken(sending, standing);
      const stop = await reasonToStop(run);
      if (stop) return stop;
      standing = await addChunk(sending, standing.offset, run.signal);
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

/** Where to go on; what was begun and forgotten meanwhile begins again. @param {Sending} sending @param {AbortSignal} [signal] */
async function where({ file, upload }, signal) {
  if (!file.at) return begin(upload, signal);
  return ask(upload, signal).catch((error) => {
    if (error instanceof NotTakenError && error.status === 404) return begin(upload, signal);
    throw error;
  });
}

/** @param {Sending} sending @param {number} offset @param {AbortSignal} [signal] */
async function addChunk(sending, offset, signal) {
  const { upload, bytes, file } = sending;
  const chunk = bytes.subarray(offset, offset + Math.min(chunkAt(await speed()), 2 * tried));
  const started = performance.now();
  await note(sending, { sent: offset, wire: file.wire + chunk.length + PER_CHUNK, at: Date.now() });
  const standing = await add(upload, offset, chunk, { isChecked: file.isChecked, signal });
  tried = Math.max(chunk.length, SMALLEST);
  await noteSpeed(chunk.length, performance.now() - started);
  await note(sending, { sent: standing.offset });
  return standing;
}

/** The bytes of a chunk on a link of this speed. @param {number | null} rate bytes a second */
export const chunkAt = (rate) => Math.min(Math.max(SMALLEST, Math.floor((rate ?? 0) * SECONDS)), LARGEST);

/** @param {Options} options @returns {Promise<Outcome | null>} */
async function reasonToStop({ isWanted, signal }) {
  const { isPaused, budget } = await wishes();
  if (isPaused || isWanted?.() || signal?.aborted) return 'stopped';
  return budget !== null && usedThisMonth(await items()) >= budget ? 'budget' : null;
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
    await note(sending, { isChecked: true, sent: 0 });
    return false;
  }
  if (status === 460 && reason === 'checksum') return false;
  if (status === 404) return true; // the text is not there, as the next exchange hears
  await note(sending, { reason: reason || (status === 410 ? 'gone' : 'malformed') });
  return true;
}

/** @param {Sending} sending @param {Partial<ItemFile>} changed */
async function note(sending, changed) {
  Object.assign(sending.file, changed);
  const { item, file } = sending;
  await amend('outbox', item.id, (row) => ({
    ...row, files: row.files.map((/** @type {ItemFile} */ each) => (each.id === file.id ? { ...each, ...changed } : each)),
  }));
  document.dispatchEvent(new CustomEvent('rantau:progress', { detail: { item: item.id, file: file.id, sent: file.sent, size: file.size } }));
}
