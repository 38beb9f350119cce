/** A guide for a class: part after part in letters that the last row reads. A volunteer at work may note how many came. */

import { button, element } from '../element.js';
import { loadMore, text } from '../text.js';
import { vaultAtHand } from '../vault.js';

const SHEET = '/pwa/class-view.css';
/** By how much a key turns. @type {Record<string, number>} */
const KEYS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

export default class ClassView {
  /** @param {HTMLElement} root where its button goes */
  constructor(root) {
    this.root = root;
    this.at = 0;
    /** @type {HTMLElement[]} */
    this.slides = [];
    this.slide = element('div', { class: 'slide', tabindex: 0, 'aria-live': 'polite' });
    this.place = element('p', { class: 'quiet' });
    /** @type {HTMLDialogElement | undefined} */
    this.dialog = undefined;
    /** @type {AbortController | undefined} */
    this.listening = undefined;
  }

  /** Offer it. Safe to call twice. */
  async start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening; // of this start: there may be another before it is through
    await loadMore('guides');
    this.root.replaceChildren(button(text('class.open'), () => this.open(), { class: 'button button-plain no-print' }));
    const { device } = await vaultAtHand().catch(() => ({ device: null }));
    if (device) await this.count(device, signal).catch(() => {}); // of a pack of its own, which may not be here
  }

  /** @param {string} device @param {AbortSignal} signal */
  async count(device, signal) {
    const { classCount } = await import('./class-count.js');
    const part = await classCount(device, location.pathname.split('/').at(-1) ?? '', signal);
    if (signal.aborted) return;
    this.root.after(part);
    signal.addEventListener('abort', () => part.remove());
  }

  stop() {
    this.listening?.abort();
    this.dialog?.close();
    this.root.replaceChildren();
  }

  open() {
    this.slides = slidesOf(/** @type {HTMLElement} */ (document.querySelector('article')));
    this.dialog = element('dialog', { class: 'class-view', 'aria-label': document.title, close: () => this.dialog?.remove(),
      keydown: (/** @type {KeyboardEvent} */ event) => this.turn(KEYS[event.key] ?? 0) },
    element('link', { rel: 'stylesheet', href: SHEET }), this.slide,
    element('div', { class: 'cluster apart' },
      button(text('class.back'), () => this.turn(-1)), this.place, button(text('class.next'), () => this.turn(1)),
      button(text('class.close'), () => this.dialog?.close(), { class: 'button button-plain' })));
    document.body.append(this.dialog);
    this.at = 0;
    this.turn(0);
    this.dialog.showModal();
    this.slide.focus();
  }

  /** @param {number} by */
  turn(by) {
    this.at = Math.min(this.slides.length - 1, Math.max(0, this.at + by));
    this.slide.replaceChildren(this.slides[this.at]);
    this.slide.scrollTop = 0;
    this.place.textContent = text('class.place', { n: this.at + 1, of: this.slides.length });
  }
}

/** A part begins with each heading. @param {HTMLElement} article @returns {HTMLElement[]} */
function slidesOf(article) {
  const lent = article.querySelector(':scope > [lang]');
  const blocks = [...article.children].flatMap((each) => (each === lent ? [...lent.children] : [each]));
  /** @type {HTMLElement[]} */
  const slides = [];
  for (const block of blocks.filter((each) => !each.matches('.no-print, [data-module]'))) {
    if (!slides.length || block.tagName === 'H2') slides.push(element('div', { class: 'stack', lang: lent?.getAttribute('lang') }));
    slides[slides.length - 1].append(block.cloneNode(true));
  }
  return slides;
}
