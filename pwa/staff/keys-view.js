/** The keys on the desk: which there are, who holds them, confirming a colleague's, and re-wrapping for a new one. */

import { OpenError } from '../crypto/errors.js';
import { fingerprint } from '../crypto/speakable.js';
import { b64uDecode } from '../crypto/canonical.js';
import { element } from '../element.js';
import { askTwice } from './ask-twice.js';
import { OwnKeyForm } from './own-key-form.js';
import { grantsFor, wordsOf } from './own-key.js';
import { rotate } from './rotation.js';

/** @typedef {import('./staff-api.js').OfficerRow} OfficerRow */
/**
 * @typedef {{keys: import('./keys.js').Keys, api: import('./staff-api.js').StaffApi, texts: import('./texts.js').Texts,
 *   announce: (text: string) => void, onClose: () => void, onError: (error: unknown) => string}} Desk
 */

export class KeysView {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.ended = new AbortController();
    this.$title = element('h2', { tabindex: -1 }, desk.texts.say('staff.keys.title'));
    this.$fingerprint = element('strong', { class: 'words', 'data-root': true });
    this.$officers = element('ul', { class: 'stack' });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$own = element('div');
    this.$rotation = this.#rotation();
    this.$root = this.#layOut();
  }

  start() {
    this.$title.focus();
    return this.#attempt(() => this.#load());
  }

  stop() {
    this.ended.abort();
    this.ownForm?.stop();
  }

  #layOut() {
    const { texts, keys, onClose } = this.desk;
    const rows = keys.list.keys.map(({ kid, use, state }) =>
      element('tr', {}, element('th', { scope: 'row' }, kid), element('td', {}, texts.say(`staff.keys.use.${use}`)),
        element('td', {}, texts.say(`staff.keys.state.${state}`))));
    return element(
      'section', { class: 'keys-view stack', 'aria-label': texts.say('staff.keys.title') },
      element('header', { class: 'cluster' }, this.$title, this.#button('staff.case.close', onClose)),
      element('p', {}, texts.say('staff.keys.fingerprint'), ' ', this.$fingerprint, ' ',
        element('a', { href: `/${texts.lang}/poster`, target: '_blank' }, texts.say('staff.keys.poster'))),
      element('div', { class: 'scroll', role: 'group', 'aria-label': texts.say('staff.keys.title'), tabindex: 0 },
        element('table', {}, element('caption', {}, texts.say('staff.keys.list', { seq: keys.list.seq, until: texts.when(keys.list.until) })),
          element('tbody', {}, ...rows))),
      element('p', { class: 'hint' }, texts.say('staff.keys.command')),
      element('h3', {}, texts.say('staff.keys.officers')), this.$problem, this.$officers,
      element('h3', {}, texts.say('staff.rotation.title')), this.$rotation,
      element('details', {}, element('summary', {}, texts.say('staff.own-key.change')), this.$own),
    );
  }

  /** @param {string} key @param {() => unknown} click @param {object} [more] */
  #button(key, click, more = {}) {
    return element('button', { type: 'button', class: 'button button-plain', click, ...more }, this.desk.texts.say(key));
  }

  async #load() {
    const { api, texts, onError } = this.desk;
    const sealed = await api.keys();
    this.$fingerprint.textContent = await fingerprint(b64uDecode(sealed.root));
    this.ownForm?.stop();
    this.ownForm = new OwnKeyForm({ api, texts, login: sealed.officer.officer, record: sealed.officer, onError });
    this.$own.replaceChildren(this.ownForm.$root);
    const { officers } = await api.officers();
    const held = Object.keys(sealed.grants);
    this.$officers.replaceChildren(...(await Promise.all(officers.map((row) => this.#officer(row, held, sealed.officer.officer)))));
    if (document.activeElement === document.body) this.$title.focus(); // the button that was pressed is gone
  }

  /** @param {OfficerRow} row @param {string[]} held @param {string} self */
  async #officer(row, held, self) {
    const { texts } = this.desk;
    const lacks = held.filter((kid) => !row.kids.includes(kid));
    const says = row.disabled ? 'disabled' : !row.pub ? 'no-key' : lacks.length ? 'waits' : 'holds';
    const $grant = element('div');
    return element(
      'li', { class: 'card stack', 'data-officer': row.login },
      element('p', {}, element('strong', {}, row.login), ' · ', texts.say(`staff.keys.officer.${says}`)),
      row.pub ? element('p', { class: 'words' }, await wordsOf(row.pub)) : null,
      says === 'waits' ? this.#button('staff.keys.confirm', () => this.#askToGrant(row, $grant)) : null,
      row.login === self || row.disabled ? null : this.#askToRemove(row),
      $grant,
    );
  }

  /** @param {OfficerRow} row @param {HTMLElement} $place */
  #askToGrant(row, $place) {
    const { texts } = this.desk;
    const id = `grant-${row.login}`;
    const $passphrase = element('input', { id, type: 'password', autocomplete: 'off', autocapitalize: 'none' });
    const $said = element('p', { role: 'status' });
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if ($said.textContent) return;
      $said.textContent = texts.say('staff.unlock.busy');
      await this.#attempt(() => this.#grant(row, $passphrase.value));
      $said.textContent = '';
    };
    $place.replaceChildren(element(
      'form', { class: 'stack', submit },
      element('p', { class: 'notice' }, texts.say('staff.keys.compare', { login: row.login })),
      element('div', { class: 'field' }, element('label', { for: id }, texts.say('staff.unlock.passphrase')), $passphrase),
      element('button', { class: 'button' }, texts.say('staff.keys.grant', { login: row.login })), $said,
    ));
    $passphrase.focus();
  }

  /** @param {OfficerRow} row @param {string} passphrase */
  async #grant(row, passphrase) {
    const { api, keys, texts, announce } = this.desk;
    const colleague = { login: row.login, pub: /** @type {string} */ (row.pub) };
    const grants = await grantsFor(await api.keys(), passphrase, keys.list, colleague, this.ended.signal);
    await api.grant({ officer: row.login, pub: colleague.pub, grants });
    announce(texts.say('staff.keys.granted', { login: row.login }));
    await this.#load();
  }

  /** @param {OfficerRow} row */
  #askToRemove(row) {
    const { texts } = this.desk;
    const [label, question] = [texts.say('staff.keys.remove'), texts.say('staff.keys.remove.sure', { login: row.login })];
    return askTwice(texts, label, { yes: label, question, act: () => this.#remove(row), attributes: { 'data-remove': row.login } });
  }

  /** @param {OfficerRow} row */
  #remove(row) {
    const { api, texts, announce } = this.desk;
    return this.#attempt(async () => {
      await api.removeOfficer(row.login);
      announce(texts.say('staff.keys.removed', { login: row.login }));
      await this.#load();
    });
  }

  #rotation() {
    const { texts, api, keys } = this.desk;
    const $bar = element('progress', { value: 0, max: 1, hidden: true, 'aria-label': texts.say('staff.rotation.title') });
    const $said = element('p', { role: 'status' });
    /** @param {string} key @param {import('./rotation.js').Progress} progress */
    const show = (key, { done, left, failed }) => {
      Object.assign($bar, { hidden: false, max: Math.max(left, 1), value: left ? done + failed.length : 1 });
      $said.textContent = texts.say(key, { done, left, failed: failed.length });
    };
    /** A hidden or disabled button would lose the keyboard. @param {boolean} isBusy */
    const busy = (isBusy) => $button.setAttribute('aria-disabled', String(isBusy));
    const run = () => this.#attempt(async () => {
      if ($button.getAttribute('aria-disabled') === 'true') return;
      busy(true);
      try {
        const end = await rotate(api, keys, (progress) => show('staff.rotation.going', progress), this.ended.signal);
        show(end.failed.length ? 'staff.rotation.some' : 'staff.rotation.done', end);
      } finally {
        busy(false);
      }
    });
    const $button = this.#button('staff.rotation.start', run, { 'data-rotate': true });
    return element('div', { class: 'stack' }, element('p', {}, texts.say('staff.rotation.means')), $button, $bar, $said);
  }

  /** @param {() => Promise<unknown>} act */
  async #attempt(act) {
    this.$problem.textContent = '';
    try {
      await act();
    } catch (error) {
      if (this.ended.signal.aborted) return;
      const isShut = error instanceof OpenError;
      this.$problem.textContent = isShut ? this.desk.texts.say('staff.unlock.wrong') : this.desk.onError(error);
    }
  }
}
