/** The queues as buttons with their counts: by what is to be done when, and by state. */

import { element } from '../element.js';
import { putAround } from './put-around.js';
import { ENDED, QUEUES } from './work.js';

/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {import('./work.js').Work} Work */

const ALWAYS = ['all', 'late', 'today', 'office']; // their being empty says something

export class Queues {
  /** @param {{texts: Texts, work: Work, states: string[], onChoose: (name: string) => void}} list */
  constructor({ texts, work, states, onChoose }) {
    this.texts = texts;
    this.work = work;
    this.states = states;
    this.onChoose = onChoose;
    this.chosen = 'all';
    this.$queues = element('ul', { class: 'states' });
    this.$states = element('ul', { class: 'states' });
    this.$root = element(
      'nav', { class: 'stack near', 'aria-label': texts.say('staff.list.by-state') }, this.$queues, this.$states,
    );
  }

  /** Whether cases are chosen that come from the office page by page. */
  get isEnded() {
    return ENDED.includes(this.chosen);
  }

  show() {
    const { work } = this;
    const held = this.#held();
    const known = new Set([...this.states, ...Object.keys(work.counts)]); // a form may have steps of its own
    const present = [...known].filter((state) => work.counts[state] || state === this.chosen);
    const queues = Object.keys(QUEUES).map((name) => ({ name, count: work.queue(name).length }));
    const shown = queues.filter(({ name, count }) => count || name === this.chosen || ALWAYS.includes(name));
    this.#put(this.$queues, shown);
    this.#put(this.$states, present.map((name) => ({ name, count: work.counts[name] ?? 0 })));
    if (held) this.#button(held)?.focus();
  }

  /** One that was shown is not made anew: somebody may be pressing it. @param {HTMLElement} $list @param {{name: string, count: number}[]} shown */
  #put($list, shown) {
    const before = new Map([...$list.querySelectorAll('button')].map(($button) => [$button.value, $button.closest('li')]));
    putAround($list, shown.map(({ name }) => before.get(name) ?? this.#choice(name)));
    for (const [at, $button] of $list.querySelectorAll('button').entries()) {
      const { name, count } = shown[at];
      $button.className = name === 'late' && count > 0 ? 'late' : '';
      $button.setAttribute('aria-pressed', String(name === this.chosen));
      /** @type {HTMLElement} */ ($button.lastElementChild).textContent = String(count);
    }
  }

  /** @param {string} name */
  #choice(name) {
    const attributes = { type: 'button', value: name, click: () => this.choose(name) };
    return element('li', {}, element('button', attributes, this.name(name), ' ', element('span', { class: 'count' })));
  }

  /** What a queue is called. @param {string} name */
  name(name) {
    return Object.hasOwn(QUEUES, name) ? this.texts.say(`staff.queue.${name}`) : this.texts.name('step', name);
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = name;
    this.show();
    this.onChoose(name);
  }

  focus() {
    this.#button(this.chosen)?.focus();
  }

  #held() {
    const active = document.activeElement;
    return active instanceof HTMLButtonElement && this.$root.contains(active) ? active.value : '';
  }

  /** @param {string} name */
  #button(name) {
    return [...this.$root.querySelectorAll('button')].find(({ value }) => value === name);
  }
}
