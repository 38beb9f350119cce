/** Several tabs are one app: they tell each other what changed and take turns where one is enough. */

/** @typedef {{draft: string} | {event: string, detail: any}} News */

/** @type {BroadcastChannel | undefined} */
let channel;

/** @returns {BroadcastChannel | undefined} */
const channelOf = () => ('BroadcastChannel' in globalThis ? (channel ??= new BroadcastChannel('rantau')) : undefined);

export const SHIFT = 'rantau-shift';

/**
 * Which lock, change of key or change of person was the last one. Every tab sees that at once, without asking anybody,
 * and hears a `storage` event; null where the browser allows none.
 */
export function shift() {
  try {
    return localStorage.getItem(SHIFT);
  } catch {
    return null;
  }
}

/** Say what happened, here and in the other tabs. @param {string} event @param {any} [detail] */
export function say(event, detail) {
  sayHere(event, detail);
  tell({ event, detail });
}

/** Pass on what other tabs and the worker say; what waits there is sent there, and here only shown. @returns {() => void} stops it */
export const hearOthers = () => listen(({ event, detail }) => event && sayHere(event === 'queued' ? 'stored' : event, detail));

/** @param {string} event @param {any} detail */
const sayHere = (event, detail) => document.dispatchEvent(new CustomEvent(`rantau:${event}`, { detail }));

/** Tell the other tabs. @param {News} news */
export const tell = (news) => channelOf()?.postMessage(news);

/**
 * Hear what other tabs tell.
 * @param {(news: any) => void} hear
 * @returns {() => void} stops it
 */
export function listen(hear) {
  const on = (/** @type {MessageEvent} */ { data }) => hear(data);
  channelOf()?.addEventListener('message', on);
  return () => channelOf()?.removeEventListener('message', on);
}

/**
 * Do the work unless another tab is at it; undefined then.
 * @template T
 * @param {string} name @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export async function exclusively(name, work) {
  if (!navigator.locks) return (await import('./lease.js')).leased(name, work);
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}
