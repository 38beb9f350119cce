/**
 * The page's side of the service worker. An update waits until a person asks for it, and is neither offered nor made
 * while a form is open, here or in another tab.
 */

import { amend, read, write } from './db.js';
import { registerServiceWorker } from './worker-urls.js';

const UPDATE = 'update-due'; // of pwa/pins.js
let isStarted = false;

/** Start the worker and have the packs of this page's language. Safe to call twice. @param {string} lang */
export async function startWorker(lang) {
  if (isStarted || !('serviceWorker' in navigator)) return;
  isStarted = true;
  const offer = () => document.dispatchEvent(new CustomEvent('rantau:update-ready'));
  navigator.serviceWorker.addEventListener('message', ({ data }) => data.type === 'update-ready' && offer());
  document.addEventListener('rantau:exchanged', () => void retryInstall().then(lookForUpdate).catch(() => {}));
  setLanguage(lang);
  await register();
}

/** Have the packs of another language too, and answer in it where a page does not say. @param {string} lang */
export const setLanguage = (lang) => void tellActive({ type: 'language', lang });

/**
 * Have packs that not everybody needs (EXTRAS of server/site/packs.py), and keep them from now on; gives whether they are
 * here. A cut leaves them out, so whoever needs them asks again at each start; once they are here that costs nothing.
 * @param {string} extra
 * @returns {Promise<boolean>}
 */
export async function keepPacks(extra) {
  if (!('serviceWorker' in navigator)) return false;
  return ask((await navigator.serviceWorker.ready).active, { type: 'keep', extra });
}

/**
 * Switch to the update that was offered, and load this page anew; other tabs stay as they are. Gives false where a form
 * is open meanwhile.
 */
export async function applyUpdate() {
  const { serviceWorker } = navigator;
  const listening = new AbortController();
  const { signal } = listening;
  const reload = () => location.reload();
  serviceWorker.addEventListener('controllerchange', reload, { once: true, signal });
  serviceWorker.addEventListener('message', ({ data }) => data.type === 'switched' && reload(), { signal });
  const { waiting, active } = await serviceWorker.ready;
  const isDone = await ask(waiting ?? active, { type: waiting ? 'skip-waiting' : 'switch' });
  if (!isDone) listening.abort();
  return isDone;
}

/** Ask the browser not to clear this device's data by itself; the answer is kept and given. */
export async function askToPersist() {
  const isGranted = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
  await write('meta', { name: 'persisted', isGranted, at: Date.now() });
  return isGranted;
}

/** Whether the browser promised to keep the data, and how much there is, in bytes. */
export async function storageState() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return { persisted: (await navigator.storage?.persisted?.()) ?? false, usage, quota };
}

async function register() {
  const registration = await registerServiceWorker().catch(() => undefined);
  if (registration?.waiting && registration.active) registration.waiting.postMessage({ type: 'offer' });
  registration?.addEventListener('updatefound', () => follow(registration.installing));
}

/** @param {{type: string, lang?: string}} message */
const tellActive = async (message) => (await navigator.serviceWorker.ready).active?.postMessage(message);

/** @param {ServiceWorker | null} worker @param {{type: string, extra?: string, public?: string}} message @returns {Promise<boolean>} done */
function ask(worker, message) {
  const { port1, port2 } = new MessageChannel();
  worker?.postMessage(message, [port2]);
  return new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
}

/** What is due is asked for until all of it is here; then a new worker too has nothing left to fetch. */
async function lookForUpdate() {
  const due = (await read('meta', UPDATE))?.public;
  if (!due) return;
  const registration = await navigator.serviceWorker.ready;
  const isHere = await ask(registration.active, { type: 'update', public: due });
  if (isHere) await amend('meta', UPDATE, (row) => row.public === due && { name: UPDATE });
  await registration.update().catch(() => {});
}

/** An install that a cut made fail goes on with the next pack. */
async function retryInstall() {
  const found = await navigator.serviceWorker.getRegistration();
  if (!found?.active && !found?.installing) await register();
}

/** @param {ServiceWorker | null} installing */
function follow(installing) {
  installing?.addEventListener('statechange', () => {
    if (installing.state === 'installed' && navigator.serviceWorker.controller) installing.postMessage({ type: 'offer' });
  });
}
