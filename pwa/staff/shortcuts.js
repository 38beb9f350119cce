/**
 * The keys of the desk, shown by `?`. A single letter does something only where nothing is typed, and can be switched off,
 * because speech input types letters (WCAG 2.1.4).
 */

import { button, element } from '../element.js';

/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {Record<string, () => void>} Acts by key */

const OFF = 'rantau-keys-off'; // in the browser's storage; nothing but this choice
/** What is shown: keys, and the text that says what they do. */
const SHOWN = [
  ['/', 'search'], ['q', 'queues'], ['j', 'down'], ['k', 'up'], ['[', 'back'], [']', 'more'], ['Enter', 'open'], ['l', 'list'],
  ['n', 'next'], ['s', 'step'], ['1 … 9', 'usual'], ['Ctrl + Enter', 'record'], ['x', 'pick'], ['Esc', 'close'], ['?', 'help'],
];

export class Shortcuts {
  /** @param {Texts} texts @param {Acts} acts */
  constructor(texts, acts) {
    this.texts = texts;
    /** @type {Acts} */
    this.acts = { ...acts, '?': () => this.show() };
    this.$dialog = this.#layOut();
  }

  /** Begin to listen; safe to call twice. */
  start() {
    document.addEventListener('keydown', this.#press);
  }

  stop() {
    document.removeEventListener('keydown', this.#press);
    this.$dialog.close();
    this.$dialog.remove();
  }

  /** Say which keys there are. */
  show() {
    if (!this.$dialog.isConnected) document.body.append(this.$dialog);
    if (!this.$dialog.open) this.$dialog.showModal();
  }

  #layOut() {
    const { texts } = this;
    const rows = SHOWN.map(([keys, name]) => element(
      'tr', {}, element('th', { scope: 'row' }, element('kbd', {}, keys)), element('td', {}, texts.say(`staff.keys-help.${name}`)),
    ));
    const change = () => localStorage.setItem(OFF, box.checked ? '' : 'yes');
    const box = element('input', { type: 'checkbox', checked: !isOff(), change });
    return element(
      'dialog', { class: 'keys-help', 'aria-labelledby': 'keys-help-title' },
      element('h2', { id: 'keys-help-title' }, texts.say('staff.keys-help.title')),
      element('table', {}, element('tbody', {}, ...rows)),
      element('label', { class: 'choice' }, box, ' ', texts.say('staff.keys-help.letters')),
      button(texts.say('staff.case.close'), () => this.$dialog.close()),
    );
  }

  #press = (/** @type {KeyboardEvent} */ event) => {
    const act = this.acts[event.key];
    const isOurs = !(event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented);
    if (!act || !isOurs || isOff() || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    act();
  };
}

const isOff = () => localStorage.getItem(OFF) === 'yes';

/** Whether somebody types or chooses there. @param {EventTarget | null} target @returns {target is HTMLElement} */
export const isTyping = (target) => target instanceof Element && target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]');
