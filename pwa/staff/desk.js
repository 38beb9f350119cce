/** The officer's desk: locked, or unlocked with the list and the one case that is open. Keys live here alone. */

import { SENT, STEPS } from '../crypto/events.js';
import { OfflineError } from '../device-errors.js';
import { element } from '../element.js';
import { Idle } from '../idle.js';
import { CaseView } from './case.js';
import { openCasework } from './casework.js';
import { fetchCase, rowOf } from './fetch-case.js';
import { DueView } from './due-view.js';
import { KeysView } from './keys-view.js';
import { CaseList } from './list.js';
import { runningRequests } from './person-data.js';
import { RescueView } from './rescue-view.js';
import { Shortcuts } from './shortcuts.js';
import { ApiError } from './staff-api.js';
import { StepOutbox } from './step-outbox.js';
import { SurveyView } from './survey-view.js';
import { TicketsView } from './tickets-view.js';
import { SIGNED_OUT, Unlock } from './unlock.js';
import { waitingSteps } from './waiting-steps.js';

/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

/** What stands beside the list instead of a case, by the button that shows it. */
const TOOLS = { keys: KeysView, due: DueView, rescue: RescueView, survey: SurveyView, tickets: TicketsView };
const IDLE = 15 * 60 * 1000; // milliseconds; the server's session ends as early

export class Desk {
  /**
   * @param {{$root: HTMLElement, $live: HTMLElement, $lock: HTMLElement,
   *   $tools: Record<keyof typeof TOOLS, HTMLElement>, login: string, api: StaffApi, texts: Texts}} page
   */
  constructor({ $root, $live, $lock, $tools, login, api, texts }) {
    this.$root = $root;
    this.$live = $live;
    this.$lock = $lock;
    this.$tools = $tools;
    this.login = login;
    this.api = api;
    this.texts = texts;
    this.idle = new Idle(IDLE, () => this.lock('staff.locked.idle'));
    /** @type {Keys | null} */
    this.keys = null;
    /** @type {Unlock | null} */
    this.unlock = null;
    /** @type {CaseList | null} */
    this.list = null;
    /** @type {KeysView | DueView | RescueView | SurveyView | TicketsView | null} */
    this.tool = null;
    /** @type {Map<string, import('./tickets-view.js').List>} */
    this.lists = new Map();
    /** @type {StepOutbox | null} */
    this.outbox = null;
    this.$waiting = element('div', { class: 'stack' });
    /** @type {CaseView | null} */
    this.view = null;
    this.shortcuts = new Shortcuts(texts, this.#acts());
    this.opening = 0;
    this.$case = element('div', { class: 'case-place' });
  }

  start() {
    this.$lock.addEventListener('click', this.#lockByHand);
    for (const $tool of Object.values(this.$tools)) $tool.addEventListener('click', this.#showTool);
    // A page that goes into the back/forward cache keeps its memory.
    window.addEventListener('pagehide', this.#lockQuietly);
    this.lock(null);
  }

  stop() {
    this.$lock.removeEventListener('click', this.#lockByHand);
    for (const $tool of Object.values(this.$tools)) $tool.removeEventListener('click', this.#showTool);
    window.removeEventListener('pagehide', this.#lockQuietly);
    this.lock(null);
    this.unlock?.stop();
  }

  /** Forget every key and everything that was opened, and ask for the passphrase. @param {string | null} reason */
  lock(reason) {
    this.opening++;
    this.idle.stop();
    this.shortcuts.stop();
    this.unlock?.stop();
    this.view = null;
    this.keys?.forget();
    this.keys = null;
    this.outbox?.stop();
    this.outbox = null;
    this.list?.stop();
    this.list = null;
    this.tool?.stop();
    this.tool = null;
    this.lists.clear();
    for (const $dialog of document.querySelectorAll('dialog')) $dialog.close();
    document.querySelector('.print-sheet')?.remove();
    this.$case = element('div', { class: 'case-place' });
    this.$live.textContent = '';
    this.#hideTools(true);
    const { api, texts, login } = this;
    this.unlock = new Unlock({ api, texts, login, reason, onKeys: this.#unlocked, onError: this.#explain });
    this.$root.replaceChildren(this.unlock.$root);
    this.unlock.start();
  }

  /** @param {boolean} isHidden */
  #hideTools(isHidden) {
    for (const $tool of [this.$lock, ...Object.values(this.$tools)]) $tool.hidden = isHidden;
  }

  #lockByHand = () => this.lock('staff.locked.by-hand');
  #lockQuietly = () => this.lock(null);

  #unlocked = (/** @type {Keys} */ keys) => {
    this.unlock?.stop();
    this.unlock = null;
    this.keys = keys;
    this.#hideTools(false);
    const { api, texts } = this;
    const states = [SENT, ...STEPS];
    const outbox = new StepOutbox({
      api, login: this.login, onError: this.#explain, onChange: () => this.#showWaiting(), onHeard: this.#whileOpen(keys, this.#heard),
    });
    this.outbox = outbox;
    this.list = new CaseList({
      api, texts, keys, login: this.login, states, outbox, onOpen: this.#openListed, onHelp: () => this.shortcuts.show(), onError: this.#explain,
    });
    const isPast = keys.list.isPast(Date.now() / 1000);
    const warning = isPast ? element('p', { class: 'notice' }, texts.say('staff.keys-past')) : null;
    this.#showNothing();
    const desk = element('div', { class: 'desk' }, this.list.$root, this.$case);
    this.$root.replaceChildren(...(warning ? [warning] : []), this.$waiting, desk);
    outbox.start();
    this.#showWaiting();
    this.idle.start();
    this.shortcuts.start();
    // Whoever has begun something meanwhile goes on with that.
    void this.list.load().then(() => document.activeElement === document.body && this.list?.focus());
  };

  #openListed = (/** @type {CaseRow} */ row) => {
    this.#announce('');
    return this.#open(row);
  };

  /** Open a case beside the list. @param {CaseRow | Promise<CaseRow>} found @returns {Promise<CaseView | null>} null where it does not open */
  #open = async (found) => {
    const { keys, api, texts, list, outbox } = this;
    if (!keys || !list || !outbox) return null;
    const turn = ++this.opening;
    this.view = null;
    this.$case.replaceChildren(element('p', { role: 'status' }, texts.say('staff.case.opening')));
    try {
      const row = await found;
      if (turn !== this.opening) return null;
      list.mark(row.case);
      const { raw, opened, isAway } = await fetchCase(row, { api, keys, index: list.index, outbox, assigned: list.work.assigned });
      const kept = await openCasework(raw, opened, api);
      if (turn !== this.opening) return null;
      const view = new CaseView({
        row, opened, ...kept, keys, api, texts, outbox, isAway, login: this.login, onError: this.#explain,
        onAssigned: () => list.load(), onErased: () => this.lists.clear(), onStep: () => this.#stepped(row.case),
        announce: this.#whileOpen(keys, this.#announce), onClose: this.#whileOpen(keys, this.#close),
        onVoided: this.#whileOpen(keys, this.#showSheet), onNext: this.#whileOpen(keys, () => this.#next(row.case)),
      });
      this.view = view;
      this.$case.replaceChildren(view.$root);
      view.start();
      return view;
    } catch (error) {
      const problem = this.#explain(error);
      if (turn === this.opening) this.$case.replaceChildren(element('p', { class: 'error', role: 'alert' }, problem));
      return null;
    }
  };

  /** @param {string} id of a case of which a step was recorded, or waits */
  #stepped(id) {
    const waiting = this.outbox?.going(id).at(-1);
    if (waiting) this.list?.propose(waiting.event);
    else void this.list?.renew(id);
  }

  #showWaiting() {
    if (this.outbox) this.$waiting.replaceChildren(...waitingSteps(this.outbox, this.texts, this.#retake));
  }

  /** A step of a case began to wait, was numbered or was not taken. */
  #heard = (/** @type {string} */ id) => {
    this.list?.bulk.heard(id);
    if (this.view?.row.case === id) void this.view.steps.catchUp();
    else this.#stepped(id);
  };

  /** Open the case whose step was not taken, and put into its form what was meant. @param {import('./kept-steps.js').Waiting} step */
  #retake = async (step) => {
    const view = this.list && (await this.#open(rowOf(step.event.case, this.list)));
    await view?.steps.retake(step);
  };

  /** Open the case of the queue that comes after one. @param {string} [id] */
  #next(id) {
    const next = this.list?.after(id ?? this.view?.row.case ?? '');
    if (next) return void this.#open(next);
    this.#close();
    this.#announce(`${this.$live.textContent} ${this.texts.say('staff.step.last')}`.trim());
  }

  /** What single keys do. @returns {import('./shortcuts.js').Acts} */
  #acts() {
    const digits = Array.from({ length: 9 }, (_, at) => [String(at + 1), () => this.view?.steps.choose(at + 1)]);
    return {
      ...Object.fromEntries(digits),
      '/': () => this.list?.search.focus(),
      q: () => this.list?.queues.focus(),
      j: () => this.list?.table.step('ArrowDown'),
      k: () => this.list?.table.step('ArrowUp'),
      '[': () => this.list?.turn(-1),
      ']': () => this.list?.turn(1),
      x: () => this.list?.table.toggle(),
      l: () => this.list?.focus(),
      n: () => this.#next(),
      s: () => (this.view ? this.view.steps : this.list?.bulk)?.focus(),
    };
  }

  #showTool = (/** @type {Event} */ event) => {
    const { keys, api, texts, list } = this;
    const { id } = /** @type {HTMLElement} */ (event.currentTarget);
    if (!keys || !list) return;
    this.opening++;
    list.mark('');
    this.view = null;
    this.tool?.stop();
    this.tool = new TOOLS[/** @type {keyof typeof TOOLS} */ (id)]({
      keys, api, texts, lists: this.lists, onError: this.#explain,
      onChange: () => (this.lists.clear(), void list.load()), // names of what was erased stand in them
      announce: this.#whileOpen(keys, this.#announce), onClose: this.#whileOpen(keys, this.#close),
    });
    this.$case.replaceChildren(this.tool.$root);
    void this.tool.start();
  };

  /**
   * What a part of the desk may do as long as it is not locked: an answer that comes later does nothing.
   * @template {any[]} T
   * @param {Keys} keys @param {(...given: T) => void} act @returns {(...given: T) => void}
   */
  #whileOpen(keys, act) {
    return (...given) => {
      if (this.keys === keys) act(...given);
    };
  }

  #showSheet = (/** @type {HTMLElement} */ $sheet) => {
    this.opening++;
    this.tool?.stop();
    this.$case.replaceChildren($sheet);
    $sheet.querySelector('h2')?.focus();
    void this.list?.load(); // the case has another name there now
  };

  #showNothing() {
    this.view = null;
    const { api, texts } = this;
    const hint = element('p', { class: 'hint' }, texts.say('staff.case.none'));
    this.$case.replaceChildren(hint, runningRequests(api, texts));
  }

  #close = () => {
    this.opening++;
    this.tool?.stop();
    this.#showNothing();
    this.list?.mark('');
    this.list?.focus();
  };

  #announce = (/** @type {string} */ text) => {
    this.$live.textContent = text;
  };

  /** Say what went wrong, whatever it was; who is signed out has nothing to see. @param {unknown} error */
  #explain = (error) => {
    if (error instanceof OfflineError) return this.texts.say('staff.error.offline');
    if (!(error instanceof ApiError)) {
      reportError(error);
      return this.texts.say('staff.error.unknown');
    }
    if (error.status === 401) this.lock(SIGNED_OUT);
    if (error.status === 0) return this.texts.say('staff.error.offline');
    if (error.body?.error === 'step-up') return this.texts.say('staff.step-up.given-up');
    if (error.status === 404) return this.texts.say('staff.error.gone');
    if (error.status === 422) return this.texts.say('staff.error.refused', { reason: error.reason });
    return this.texts.say('staff.error.server', { status: error.status });
  };
}
