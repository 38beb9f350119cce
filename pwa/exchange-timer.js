/** When to exchange: at the start, when the device believes in a network again, after a send, and now and then. */

import { isBrought } from './answered.js';
import { exchange } from './exchange.js';
import { watchLink } from './images/link-speed.js';
import { linesToSend, listOutbox } from './outbox.js';
import { keepPacks } from './sw-bridge.js';
import { hearOthers } from './tabs.js';

const [FIRST, LONGEST] = [5_000, 600_000]; // milliseconds of backoff
const NEWS = 900_000; // milliseconds between questions when nothing waits
const PENDING = 60_000; // milliseconds at least until what was answered but not received is offered again
const UPLOAD = 'rantau-upload'; // the lock of pwa/images/uploader.js
const CUT = { outcome: 'offline', bytes: 0, isCut: true, retryAfter: 0 };

/** @type {AbortController | undefined} */
let started;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let failures = 0;
let [isAtIt, isAsked, isElsewhere, isWatching] = [false, false, false, false];

/** Begin to exchange by itself. Safe to call twice. */
export function startExchange() {
  if (started) return;
  started = new AbortController();
  const { signal } = started;
  const seen = () => document.visibilityState === 'visible' && exchangeSoon();
  window.addEventListener('online', exchangeSoon, { signal });
  document.addEventListener('rantau:queued', exchangeSoon, { signal });
  document.addEventListener('visibilitychange', seen, { signal });
  document.addEventListener('rantau:exchanged', (event) => isElsewhere && takeTurn(/** @type {CustomEvent} */ (event).detail.state === 'ok'), { signal });
  signal.addEventListener('abort', hearOthers());
  watchLink();
  exchangeSoon();
  void keepPacks('forms'); // once here, a phone that goes offline has every application
}

/** Stop; what is under way is cut, which loses nothing. Safe to call twice. */
export function stopExchange() {
  clearTimeout(timer);
  started?.abort();
  started = undefined;
}

/**
 * Exchange as soon as the page has a moment; once more after the one under way, which may have looked already. What
 * failed before counts no more: a signal that is new may be gone in two minutes.
 */
export function exchangeSoon() {
  [isAsked, failures] = [true, 0];
  if (!isAtIt) plan(0);
}

/**
 * How long to wait after so many failures in a row: capped, and jittered over all of its length, so that a village that
 * regains its signal does not knock all at once. `retryAfter` is the least that the office asks for, in seconds.
 * @param {number} count @param {number} retryAfter
 */
export function backoff(count, retryAfter = 0, random = Math.random) {
  const longest = Math.min(FIRST * 2 ** Math.min(count - 1, 20), LONGEST);
  return retryAfter * 1000 + Math.max(random() * longest, 1000);
}

/** @param {number} milliseconds */
function plan(milliseconds) {
  clearTimeout(timer);
  if (started) timer = setTimeout(() => void turn(), milliseconds);
}

async function turn() {
  [isAtIt, isAsked, isElsewhere] = [true, false, false];
  const result = await exchange({ signal: started?.signal }).catch(() => undefined);
  isElsewhere = result?.state === 'elsewhere';
  // What fails here, also a module that a signal did not bring whole, is tried again with the next turn.
  const files = result?.state === 'ok' ? await sendFiles().catch(() => CUT) : undefined;
  if (files?.bytes) failures = 0;
  const before = failures;
  const told = result && files?.isCut ? { ...result, state: /** @type {const} */ ('offline'), retryAfter: files.retryAfter } : result;
  const wait = isElsewhere ? FIRST : await waitAfter(told); // a tab that is left in the middle tells nobody that it ended
  isAtIt = false;
  if (files?.outcome === 'elsewhere') {
    failures = isAsked ? 0 : before; // nothing was tried here
    watchUpload();
  }
  plan(isAsked ? 0 : wait);
}

/** The pictures after all text; a text that is sealed meanwhile goes before the next chunk. */
async function sendFiles() {
  if (!(await listOutbox()).some(({ files }) => files?.some(({ done }) => !done)) || !started) return undefined;
  const { sendFiles: send } = await import('./images/uploader.js');
  return started && send({ signal: started.signal, isWanted: () => isAsked });
}

/** Another tab ended; where it may have failed this one waits as for a failure of its own, or they would knock in turn. */
function takeTurn(isWell = isAtIt) {
  if (isWell) exchangeSoon();
  else plan(backoff(++failures));
}

/** Another tab sends the pictures: go on where that ends, also in the middle. */
function watchUpload() {
  if (isWatching || !navigator.locks) return;
  isWatching = true;
  const over = navigator.locks.request(UPLOAD, { signal: started?.signal }, () => {});
  void over.then(() => takeTurn(), () => {}).finally(() => (isWatching = false));
}

/** Whether the office's word is awaited: of a text that is to go, or of a picture that a hub brings there. */
const isLeft = async () => (await linesToSend()).length > 0 || (await listOutbox()).some(isBrought);

/** @param {import('./exchange.js').Result | undefined} result */
async function waitAfter(result) {
  const isAnswered = result?.state === 'ok';
  const isWaiting = !isAnswered || result.more || (await isLeft().catch(() => false));
  failures = result?.done.length || !isWaiting ? 0 : failures + 1;
  if (!isWaiting) return NEWS;
  const wait = backoff(Math.max(failures, 1), result?.retryAfter);
  return isAnswered ? Math.max(wait, PENDING) : wait;
}
