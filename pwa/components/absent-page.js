/**
 * In place of a page that is not on this phone while there is no signal: which page that is, and when it comes. The
 * address stays that of the page that was asked for, which opens by itself once there is a signal.
 */

import { ping } from '../online.js';

const AGAIN = 15_000; // milliseconds

export default class AbsentPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {AbortController | undefined} */
    this.started = undefined;
  }

  /** Say it, and wait for the signal. Safe to call twice. */
  start() {
    this.stop();
    this.started = new AbortController();
    const { signal } = this.started;
    this.name();
    this.root.querySelector('[data-action=again]')?.addEventListener('click', () => location.reload(), { signal });
    window.addEventListener('online', async () => (await ping()) && location.reload(), { signal });
    // A page that was loaded again and still did not come, as the signal went in between, is not loaded again at once.
    const [{ type }] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
    document.addEventListener('rantau:exchanged', (event) => {
      if (/** @type {CustomEvent} */ (event).detail.state !== 'ok') return;
      // A hub has answered, perhaps, that has no pages.
      setTimeout(async () => signal.aborted || ((await ping()) && location.reload()), type === 'reload' ? AGAIN : 0);
    }, { signal });
  }

  /** Wait no more. Safe to call twice. */
  stop() {
    this.started?.abort();
  }

  name() {
    const path = location.pathname.replace(/^\/[a-z]{2,3}\//, '');
    const known = [...this.root.querySelectorAll('[data-of]')].find((each) => each.getAttribute('data-of') === path);
    const asked = this.root.querySelector('[data-asked]');
    if (asked) asked.textContent = known?.textContent ?? location.pathname;
    const when = !known ? 'signal' : path === 'booking' ? 'booking' : 'kept';
    this.root.querySelector(`[data-when=${when}]`)?.removeAttribute('hidden');
  }
}
