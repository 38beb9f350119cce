/** The line on every page that says what a person must know: no signal, and what the office does not have yet. */

import { read } from '../db.js';
import { element, letGo } from '../element.js';
import { listOutbox } from '../outbox.js';
import { hasMetOther } from '../pins.js';
import { language, text } from '../text.js';

const DAY = 86_400_000; // milliseconds

/** @typedef {{state: string, at: number}} Item */

export default class StateLine {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.isOffline = !navigator.onLine;
    /** @type {AbortController | undefined} */
    this.started = undefined;
  }

  start() {
    if (this.started) return;
    this.started = new AbortController();
    const { signal } = this.started;
    /** @param {boolean} isOffline */
    const say = (isOffline) => ((this.isOffline = isOffline), void this.show());
    window.addEventListener('offline', () => say(true), { signal });
    window.addEventListener('online', () => say(false), { signal });
    for (const change of ['queued', 'stored']) document.addEventListener(`rantau:${change}`, () => void this.show(), { signal });
    document.addEventListener('rantau:exchanged', (event) => {
      const { state } = /** @type {CustomEvent} */ (event).detail;
      say(state === 'offline' || !navigator.onLine);
    }, { signal });
    document.addEventListener('rantau:root-changed', () => void this.show(), { signal });
    void this.show();
  }

  stop() {
    this.started?.abort();
    this.started = undefined;
  }

  async show() {
    await letGo(document); // what grows here moves all that is below it
    const [items, isOther, evicted] = await Promise.all([
      listOutbox().catch(() => []), hasMetOther().catch(() => false), read('meta', 'evicted').catch(() => null),
    ]);
    const lines = [
      isOther ? text('app.state.root-changed') : null,
      evicted ? text('app.state.evicted', { drafts: '?', cases: '?', unsent: evicted.restored, ...evicted }) : null,
      this.isOffline ? text('app.state.offline') : null,
      ...outboxLines(items).map(([key, params]) => text(key, params)),
    ].filter((line) => line !== null);
    // The same words are not said to a listener twice.
    if (lines.join('\n') === this.root.dataset.said) return;
    this.root.dataset.said = lines.join('\n');
    const link = evicted || items.some(({ state }) => state !== 'done') ? element('a', { href: `/${language()}/mine` }, text('app.state.show')) : null;
    this.root.replaceChildren(...lines.map((line, at) =>
      element('p', { class: 'centre', role: isOther && !at && 'alert' }, line, ' ', at === lines.length - 1 ? link : null)));
  }
}

/**
 * What to say of the outbox, as keys of texts with their params.
 * @param {Item[]} items
 * @returns {[string, Record<string, number>][]}
 */
export function outboxLines(items, now = Date.now()) {
  const open = items.filter(({ state }) => !/^(refused|done|photos)$/.test(state));
  const days = Math.floor((now - Math.min(now, ...open.map(({ at }) => at))) / DAY);
  /** @type {[string, Record<string, number>][]} */
  const lines = [];
  if (open.length) lines.push(days >= 1 ? ['app.state.old', { count: open.length, days }] : ['app.state.unsent', { count: open.length }]);
  for (const told of ['photos', 'refused']) {
    const count = items.filter(({ state }) => state === told).length;
    if (count) lines.push([`app.state.${told}`, { count }]);
  }
  return lines;
}
