/**
 * The page on which a phone becomes a volunteer's: the QR code of the office leads here, and its fragment is the code.
 * Later it says what this phone's volunteers may read.
 */

import { listDevices } from '../device-key.js';
import { StorageError, storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { EnrolmentError, enrol, unfinished } from '../enrolment.js';
import { keepPacks } from '../sw-bridge.js';
import { language, loadMore, text } from '../text.js';
import { readingLine } from './device-line.js';

/** @typedef {import('../device-key.js').Device} Device */

export default class Volunteer {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.isStarted = false;
    /** @type {import('../day/day-page.js').DayPage | undefined} */
    this.day = undefined;
  }

  /** Enrol with the code of the address, or show where things stand. Safe to call twice. */
  start() {
    if (this.isStarted) return undefined;
    const begun = this.begin();
    /** What the rest of the page reads can wait for it. @type {Promise<void> | undefined} */
    this.restored = begun.catch(() => {});
    return begun;
  }

  async begin() {
    this.isStarted = true;
    await Promise.all([loadMore('volunteer'), loadMore('profile')]);
    window.addEventListener('hashchange', () => location.hash.length > 1 && void this.open());
    await this.open();
  }

  stop() {
    this.isStarted = false;
    this.day?.stop();
  }

  async open() {
    const code = decodeURIComponent(location.hash.slice(1));
    // A code that stays in the address stays in the browser's history.
    if (code) history.replaceState(null, '', location.pathname);
    return code ? this.enrol(code) : this.show();
  }

  async show() {
    const device = await unfinished();
    if (device) return this.askPassphrase(device);
    const devices = await listDevices();
    if (!devices.length) return this.put(element('p', {}, text('volunteer.lead')), this.wordsForm());
    const unsent = element('div', {});
    const showUnsent = async () => unsent.replaceChildren(...[await dayEnd()].filter((part) => part !== null));
    document.addEventListener('rantau:exchanged', () => void showUnsent());
    await showUnsent();
    this.put(await this.dayPart(), unsent, await standing(devices), this.wordsForm());
  }

  /** The day's event of who is at work; a phone that was enrolled before that came here gets it with the next signal. */
  async dayPart() {
    const [made] = await Promise.all([import('../day/day-page.js').catch(() => undefined), keepPacks('volunteer'), loadMore('forms').catch(() => {})]);
    if (!made) return null;
    const page = new made.DayPage({ first: this.root.dataset.first ?? '', alone: (isAlone) => this.root.toggleAttribute('data-alone', isAlone) });
    this.day = page;
    await page.start();
    return page.root;
  }

  /** @param {string} code */
  async enrol(code) {
    this.put(element('p', { role: 'status' }, text('volunteer.enrolling')));
    try {
      await this.askPassphrase(await enrol(code));
    } catch (error) {
      const isUnkept = error instanceof StorageError;
      if (!isUnkept && !(error instanceof EnrolmentError)) throw error;
      const isWorthIt = isUnkept || error.reason === 'offline' || error.reason === 'busy';
      this.put(
        element('p', { class: 'error', role: 'alert' },
          isUnkept ? text('app.form.not-saved', { reason: text(storageTrouble(error)) }) : text(`volunteer.problem.${error.reason}`)),
        isWorthIt ? element('p', {}, button(text('volunteer.again'), () => this.enrol(code), { 'data-again': true })) : null,
        this.wordsForm());
    }
  }

  /** What the volunteer collects lies under a passphrase of the volunteer's own. @param {Device} device */
  async askPassphrase({ device, login }) {
    // Without what unlocks, a phone without a signal would lock its person out.
    const isHere = (await Promise.all([keepPacks('profile'), keepPacks('volunteer')])).every(Boolean);
    void keepPacks('bundle');
    // These come in packs of their own, with which this one does not always come.
    const [{ createProfile }, { passphraseForm }] = await Promise.all([import('../profiles.js'), import('./passphrase-form.js')]);
    const act = async (/** @type {string} */ passphrase, /** @type {AbortSignal} */ signal) => {
      await createProfile({ name: login, passphrase, device }, signal);
      this.done(login, device);
    };
    this.put(
      element('p', { role: 'status' }, text('volunteer.enrolled', { login, device })),
      isHere ? null : element('p', { class: 'notice urgent' }, text('volunteer.not-kept')),
      element('p', {}, text('volunteer.passphrase')),
      passphraseForm({ label: text('volunteer.finish'), act }));
    this.root.querySelector('input')?.focus();
  }

  /** @param {string} login @param {string} device */
  done(login, device) {
    this.put(
      element('p', { role: 'status', 'data-ready': device }, text('volunteer.ready', { login })),
      element('p', {}, text('volunteer.means')),
      element('p', {}, element('a', { class: 'button', href: `/${language()}/` }, text('volunteer.begin'))));
  }

  wordsForm() {
    const input = element('textarea', { id: 'words', rows: 3, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': 'words-hint' });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.enrol(input.value);
    };
    return element('form', { class: 'stack', novalidate: true, autocomplete: 'off', submit },
      element('div', { class: 'field' },
        element('label', { for: 'words' }, text('volunteer.words')),
        element('p', { class: 'hint', id: 'words-hint' }, text('volunteer.words.hint')), input),
      element('p', {}, element('button', { class: 'button' }, text('volunteer.enrol'))));
  }

  /** @param {...(HTMLElement | null)} parts */
  put(...parts) {
    this.root.replaceChildren(element('h1', {}, text('volunteer.title')), ...parts.filter((part) => part !== null));
  }
}

/** @param {Device[]} devices */
async function standing(devices) {
  return element('ul', { class: 'grid' }, ...devices.map((device) =>
    element('li', { class: 'card stack near', 'data-device': device.device },
      element('h2', {}, device.login), element('p', { class: 'quiet' }, device.device), readingLine(device))));
}

/** What a day without a signal has left on this phone can go on as a file. */
async function dayEnd() {
  const { count } = await import('../answered.js').then(({ unsent }) => unsent());
  const share = async () => (await import('../bundle-export.js')).shareOutbox();
  return count ? element('div', { class: 'notice stack near', 'data-unsent': count },
    element('p', {}, text('volunteer.carry', { count })), element('p', {}, button(text('app.mine.export'), share))) : null;
}
