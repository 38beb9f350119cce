/** The queues as buttons with their counts: by what is to be done when, and by state. */

import { element } from '../element.js';
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
    this.$queues.replaceChildren(...shown.map(({ name, count }) => this.#choice(name, count)));
    this.$states.replaceChildren(...present.map((state) => this.#choice(state, work.counts[state] ?? 0)));
    if (held) this.#button(held)?.focus();
  }

  /** @param {string} name @param {number} count */
  #choice(name, count) {
    const { texts } = this;
    const label = Object.hasOwn(QUEUES, name) ? texts.say(`staff.queue.${name}`) : texts.name('step', name);
    const isUrgent = name === 'late' && count > 0;
    const attributes = {
      type: 'button', value: name, class: isUrgent ? 'late' : null, 'aria-pressed': String(name === this.chosen),
      click: () => this.choose(name),
    };
    return element('li', {}, element('button', attributes, label, ' ', element('span', { class: 'count' }, String(count))));
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
