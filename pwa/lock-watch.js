/**
 * Locks a profile when nobody is there: two minutes without input, or half a minute out of sight; three while the phone's
 * own camera lies over the page.
 */

import { read, remove, write } from './db.js';
import { element } from './element.js';
import { Idle } from './idle.js';
import { lock, saveAll } from './profiles.js';
import { loadMore, text } from './text.js';
import { openVault, profileInUse } from './vault.js';

const IDLE = 120_000; // milliseconds without input
const HIDDEN = 30_000; // milliseconds out of sight
const CHOOSING = 180_000; // milliseconds out of sight for a photograph: a paper is fetched, laid down and aimed at
const TAKING = 'dialog.photo-dialog[open]';
const LOST = 'photo-lost'; // by whom a photograph was being taken when this locked

/** @typedef {{id: string, isSaved: boolean}} Locked */

/** @type {AbortController | undefined} */
let started;
let hiddenAt = 0;
let patience = HIDDEN;
let isTaking = false;
/** What is being saved before it locks stays out of sight. */
let isLocking = false;
let isLeaving = false;
/** While it asks: whether nothing waits behind the lock to be saved. @type {boolean | undefined} */
let isSavedBehind;
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
  window.addEventListener('pagehide', hide, { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && look(), { signal });
  for (const sign of ['pointerdown', 'keydown', 'click', 'change', 'cancel']) document.addEventListener(sign, choosing, { signal, capture: true });
  document.addEventListener('rantau:locking', () => (isTaking = document.querySelector(TAKING) !== null), { signal });
  if (isSavedBehind === undefined) void tellLost();
  document.addEventListener('rantau:locked', (event) => void locked(/** @type {CustomEvent} */ (event).detail), { signal });
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

/** Another page locked, changed the key, or put somebody else to work: save, and show what is to be seen now. */
export async function leave() {
  if (isSavedBehind) return location.reload();
  if (isSavedBehind === false) return blankIfHidden();
  startLockWatch();
  blank(true);
  isLocking = isLeaving = true;
  await lock({ isHereAlone: true });
}

/**
 * Whoever goes for a photograph is given the time for it, once: whoever touches the page is back, which not every browser
 * says of a chooser that was left.
 * @param {Event} event
 */
function choosing({ target, type }) {
  if (type === 'pointerdown' || type === 'keydown') wait(false);
  else if (target instanceof Element && target.matches(`${TAKING} [type=file]`)) wait(type === 'click');
}

/** @param {boolean} isChoosing */
function wait(isChoosing) {
  patience = isChoosing ? CHOOSING : HIDDEN;
  idle.limit = isChoosing ? CHOOSING : IDLE;
}

function look() {
  if (document.visibilityState === 'hidden') hide();
  else show();
}

function hide() {
  clearTimeout(timer);
  hiddenAt ||= Date.now();
  blank(true);
  timer = setTimeout(() => void lockHere(), patience);
  idle.limit = patience; // it goes by the clock, and that timer stands still while the phone sleeps
}

function show() {
  clearTimeout(timer);
  // A phone that slept, and a page that lay in the browser's memory, ran no timers.
  const isLate = hiddenAt && Math.abs(Date.now() - hiddenAt) >= patience;
  hiddenAt = 0;
  wait(false);
  if (isLate) void lockHere();
  else if (!isLocking) blank(false);
}

/** Another page may be in use all the while, so only this one is locked. */
async function lockHere() {
  isLocking = true;
  blank(true);
  await lock({ isHereAlone: true });
}

/** The picture that the task switcher keeps shows nothing. @param {boolean} isBlank */
function blank(isBlank) {
  document.documentElement.style.visibility = isBlank ? 'hidden' : '';
}

/** A photograph that came back to what was locked went nowhere. */
async function tellLost() {
  const lost = await read('meta', LOST).catch(() => null);
  if (!lost || lost.id !== (await profileInUse())) return;
  await remove('meta', LOST).catch(() => {});
  await loadMore('profile').catch(() => {});
  document.querySelector('main')?.prepend(element('p', { class: 'notice urgent', role: 'alert' }, text('profile.photo-lost')));
}

const blankIfHidden = () => blank(document.visibilityState === 'hidden');

/**
 * Take everything that was opened off the page, and ask. The whole of it goes, so that what comes late is written where
 * nobody sees it; it comes back only where something typed could not be saved. @param {Locked} what
 */
async function locked({ id, isSaved }) {
  stopLockWatch();
  if (isTaking) void write('meta', { name: LOST, id }).catch(() => {});
  const main = /** @type {HTMLElement} */ (document.querySelector('main') ?? document.body);
  const cover = /** @type {HTMLElement} */ (main.cloneNode(false));
  const { title } = document;
  main.replaceWith(cover);
  window.speechSynthesis?.cancel();
  document.title = document.querySelector('.name')?.textContent ?? '';
  if (isSaved && isLeaving) return location.reload();
  isLocking = isLeaving = false;
  isSavedBehind = isSaved;
  blankIfHidden();
  document.addEventListener('visibilitychange', blankIfHidden);
  const { profile } = await openVault();
  document.removeEventListener('visibilitychange', blankIfHidden);
  isSavedBehind = undefined;
  if (isSaved || profile !== id) return location.reload();
  cover.replaceWith(main);
  document.title = title;
  void tellLost();
  await saveAll();
}
