/** On the page of a case: what its applicant and the office wrote each other, and a field to write more. */

import { waitsApart } from '../apart.js';
import { storageTrouble } from '../device-errors.js';
import { element } from '../element.js';
import { keepTyped, messageForm, saidIn, sendMessage } from '../messages.js';
import { today } from '../pins.js';
import { check } from '../rules.js';
import { language, loadMore, text } from '../text.js';
import { clock, stateBadge, when } from '../words.js';
import { Autosave } from './autosave.js';

/** @typedef {import('./case.js').Opened} Opened */
/** @typedef {import('./case.js').Row} Row */
/** @typedef {import('../messages.js').Said} Said */
/** @typedef {import('../messages.js').Typed} Typed */

const NEAR = 100; // letters before the end from which the rest is counted aloud

export class Thread {
  /** @param {{form: import('../form.js').Form}} loaded @param {() => unknown} onSent @param {AbortSignal} [signal] */
  constructor({ form }, onSent, signal) {
    this.form = form;
    this.onSent = onSent;
    const field = form.sections.flatMap(({ fields }) => fields).find(({ key }) => key === 'pesan');
    this.longest = field?.max ?? Infinity;
    /** @type {Opened | undefined} */
    this.opened = undefined;
    this.isKept = false;
    this.isBusy = false;
    this.autosave = new Autosave(() => void this.keep());
    this.list = element('ol', { class: 'thread stack' });
    this.left = element('p', { class: 'hint', id: 'message-left', role: 'status' });
    this.error = element('p', { class: 'error', id: 'message-error' });
    this.said = element('p', { role: 'status' });
    /** When what is typed was last stored; `data-saved` is empty while something typed since is not. */
    this.saved = element('p', { class: 'saved', 'data-saved': '' });
    this.input = element('textarea', {
      id: 'message', rows: 3, autocomplete: 'off', 'aria-describedby': 'message-left message-error', input: () => this.typed(),
    });
    this.choice = element('fieldset', { class: 'stack near', hidden: true, change: () => this.typed() },
      element('legend', {}, text('talk.satisfied')),
      ...['ya', 'sebagian', 'tidak'].map((code) => element('label', { class: 'choice' },
        element('input', { type: 'radio', name: 'puas', value: code }), ' ', text(`talk.satisfied.${code}`))));
    this.button = element('button', { class: 'button', 'data-action': 'send-message' }, text('talk.send'));
    this.root = element('section', { class: 'stack', 'aria-labelledby': 'thread' },
      element('h2', { id: 'thread' }, text('talk.title')), this.list,
      element('form', { class: 'stack near no-print', novalidate: true, focusout: () => this.autosave.flush(), submit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void this.send();
      } },
      this.choice, element('label', { for: 'message' }, text('talk.write')), this.error, this.input, this.left, this.saved, this.button, this.said));
    document.addEventListener('rantau:locking', (event) => /** @type {CustomEvent} */ (event).detail.push(this.keep()), { signal });
    window.addEventListener('pagehide', () => this.autosave.flush(), { signal });
  }

  /** @returns {Typed} */
  get values() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.choice.querySelector(':checked'));
    return { pesan: this.input.value, puas: this.choice.hidden ? '' : chosen?.value ?? '' };
  }

  /** Show what was said, and offer what was typed before. @param {Opened} opened @param {Row[]} rows @param {boolean} isKept */
  async show(opened, rows, isKept) {
    const isFirst = !this.opened;
    [this.opened, this.isKept] = [opened, isKept];
    const all = await saidIn(opened);
    this.list.replaceChildren(...all.map((one) => item(one, rows.find(({ id }) => id === one.id))));
    this.list.hidden = !all.length;
    this.choice.hidden = opened.step !== 'aduan_dijawab';
    if (isFirst && opened.typed) this.fill(opened.typed);
    this.count();
  }

  /** @param {Typed} typed */
  fill({ pesan, puas }) {
    this.input.value = pesan;
    for (const box of this.choice.querySelectorAll('input')) box.checked = box.value === puas;
    this.count();
  }

  typed() {
    this.said.textContent = '';
    this.saved.dataset.saved = '';
    this.autosave.changed();
    this.count();
  }

  /** Say in words how much more there may be, once that is little. */
  count() {
    const left = this.longest - [...this.input.value.trim()].length;
    const key = left < 0 ? 'talk.over' : left > NEAR ? 'talk.limit' : 'talk.left';
    const number = (/** @type {number} */ n) => new Intl.NumberFormat([language(), 'id']).format(n);
    this.left.textContent = text(key, { n: number(Math.abs(left)), limit: number(this.longest) });
    if (left >= 0) this.point('');
    return left;
  }

  /** Nothing typed is lost with the page. */
  async keep() {
    if (!this.isKept || !this.opened) return true;
    try {
      await keepTyped(this.opened.case, this.values);
      this.saved.textContent = this.input.value && text('app.form.saved', { time: clock(Date.now()) });
      if (this.autosave.since === null) this.saved.dataset.saved = 'yes';
      return true;
    } catch (error) {
      this.said.textContent = text('app.form.not-saved', { reason: text(storageTrouble(error)) });
      return false;
    }
  }

  async send() {
    const { opened, isKept, values } = this;
    if (!opened || this.isBusy) return;
    const isLong = this.count() < 0;
    const { hard } = check(this.form, values, { today: today() });
    if (isLong || hard.length) {
      this.point(isLong ? this.left.textContent ?? '' : text('talk.empty'));
      return this.input.focus();
    }
    this.busy(true);
    try {
      await sendMessage(opened, values, { isKept });
      this.fill({ pesan: '', puas: '' });
      this.saved.textContent = '';
      this.said.textContent = text(isKept ? 'talk.sealed' : (await waitsApart(opened.case)) ? 'talk.sealed.apart' : 'talk.sealed.alone');
      await this.onSent();
    } catch (error) {
      this.said.textContent = text(storageTrouble(error));
    } finally {
      this.busy(false);
    }
  }

  /** @param {string} words */
  point(words) {
    this.error.textContent = words;
    this.input.setAttribute('aria-invalid', String(words !== ''));
  }

  /** A disabled button would lose the keyboard. @param {boolean} isBusy */
  busy(isBusy) {
    this.isBusy = isBusy;
    this.button.setAttribute('aria-disabled', String(isBusy));
  }
}

/**
 * Make the part; rejects on a phone that does not have what it needs.
 * @param {() => unknown} onSent @param {AbortSignal} [signal] when the page is left
 */
export async function startThread(onSent, signal) {
  const [loaded] = await Promise.all([messageForm(), loadMore('talk')]);
  return new Thread(loaded, onSent, signal);
}

/** @param {Said} said @param {Row} [row] what is in the outbox of it */
function item({ at, isOffice, text: words, puas }, row) {
  const who = element('strong', {}, text(isOffice ? 'talk.office' : 'talk.you'));
  return element('li', { class: 'card stack near', 'data-from': isOffice ? 'office' : 'me' },
    element('p', { class: 'quiet' }, who, ` · ${when(at * 1000)}`, row && row.state !== 'done' ? ' · ' : null,
      row && row.state !== 'done' ? stateBadge(row.state) : null),
    puas ? element('p', {}, text(`talk.satisfied.${puas}`)) : null,
    words ? element('p', { class: 'note' }, words) : null,
    words === null ? element('p', { class: 'error' }, text('app.case.note-closed')) : null);
}
