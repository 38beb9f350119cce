/** Locks a profile when nobody is there: two minutes without input, or half a minute out of sight. */

import { heldKey } from './key-keeper.js';
import { Idle } from './idle.js';
import { lock } from './profiles.js';
import { listen } from './tabs.js';

const IDLE = 120_000; // milliseconds without input
const HIDDEN = 30_000; // milliseconds out of sight
const AGAIN = 30_000; // milliseconds until locking is tried again where something could not be saved

/** @type {AbortController | undefined} */
let started;
let hiddenAt = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

const idle = new Idle(IDLE, () => void lockHere());

/** Begin to watch. Safe to call twice. */
export function startLockWatch() {
  if (started) return;
  started = new AbortController();
  hiddenAt = 0;
  const { signal } = started;
  document.addEventListener('visibilitychange', look, { signal });
  window.addEventListener('pagehide', () => blank(true), { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && void back(), { signal });
  document.addEventListener('rantau:locked', (event) => void locked(/** @type {CustomEvent} */ (event).detail), { signal });
  signal.addEventListener('abort', listen(({ locked: id }) => id && void lock({ isHereAlone: true })));
  idle.start();
  look();
}

/** Stop watching. Safe to call twice. */
export function stopLockWatch() {
  idle.stop();
  clearTimeout(timer);
  started?.abort();
  started = undefined;
}

function look() {
  const isHidden = document.visibilityState === 'hidden';
  clearTimeout(timer);
  if (isHidden) {
    hiddenAt = Date.now();
    blank(true);
    timer = setTimeout(() => void lockHere(), HIDDEN);
  } else {
    // A phone that slept ran no timers.
    if (hiddenAt && Date.now() - hiddenAt >= HIDDEN) void lockHere();
    else blank(false);
    hiddenAt = 0;
  }
}

/** A page that comes back from the browser's memory may have been locked elsewhere since. */
async function back() {
  const { profileInUse } = await import('./vault.js');
  if (await heldKey(await profileInUse())) blank(false);
  else await lockHere();
}

/** Another page may be in use all the while, so only this one is locked. */
async function lockHere() {
  blank(true);
  if (await lock({ isHereAlone: true })) return;
  blank(document.visibilityState === 'hidden');
  timer = setTimeout(() => void lockHere(), AGAIN);
}

/** The picture that the task switcher keeps shows nothing. @param {boolean} isBlank */
function blank(isBlank) {
  document.documentElement.style.visibility = isBlank ? 'hidden' : '';
}

/** Take everything that was opened off the page, and ask. @param {string} id */
async function locked(id) {
  stopLockWatch();
  const main = document.querySelector('main');
  main?.replaceChildren();
  document.title = document.querySelector('.name')?.textContent ?? '';
  blank(document.visibilityState === 'hidden');
  document.addEventListener('visibilitychange', () => blank(document.visibilityState === 'hidden'));
  const { askToUnlock } = await import('./components/unlock.js');
  await askToUnlock(id);
  location.reload();
}
