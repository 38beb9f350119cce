/**
 * Recording the next step: chosen with its meaning, its note sealed to the version it is about, signed here with the
 * office's key. Two officers may be at it at once: the one who comes second sees the other's step and is asked again.
 */

import { MESSAGE } from '../crypto/events.js';
import { element } from '../element.js';
import { AboutVersions } from './about-versions.js';
import { NEEDS_NOTE, stateAfter, stepsAfter, wayOf } from './next-steps.js';
import { NoteDraft } from './note-draft.js';
import { openEvent } from './open-case.js';
import { nextNumber, signStep } from './sign-step.js';
import { ApiError } from './staff-api.js';
import { isStopped } from './step-outbox.js';
import { unanswered } from './thread.js';

/** @typedef {import('../crypto/events.js').Event} SignedEvent */
/** @typedef {import('./kept-steps.js').Waiting} Waiting */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./texts.js').Texts} Texts */

const LONGEST = 2000; // characters of a note; the server takes 32 KiB sealed

export class StepForm {
  /**
   * @param {{row: {number: string}, opened: OpenedCase, keys: Keys, texts: Texts, announce: (text: string) => void,
   *   login: string, onChange: () => void, onNext: () => void,
   *   outbox: import('./step-outbox.js').StepOutbox, onError: (error: unknown) => string}} desk
   * `onChange` is called after an event, ours or another's, was added to `opened.events`; `onNext` when the officer is
   * done with the case and wants the next one.
   */
  constructor({ row, opened, keys, texts, announce, login, onChange, onNext, outbox, onError }) {
    this.number = row.number;
    this.opened = opened;
    this.keys = keys;
    this.texts = texts;
    this.announce = announce;
    this.onChange = onChange;
    this.onNext = onNext;
    this.outbox = outbox;
    this.onError = onError;
    /** @type {{wanted: string, text: string, event: SignedEvent} | null} */
    this.pending = null;
    /** @type {Waiting | null} the one that was not taken, in whose place the next one is */
    this.retaken = null;
    this.isBusy = false;
    this.draft = new NoteDraft(opened, login, 'step');
    this.$step = element('select', { id: 'step', change: this.#stepChosen, 'aria-describedby': 'step-means step-error' });
    this.$means = element('p', { id: 'step-means', class: 'hint' });
    this.$stepError = element('p', { id: 'step-error', class: 'error' });
    this.$note = element('textarea', {
      id: 'note', rows: 4, maxlength: LONGEST, autocomplete: 'off', 'aria-describedby': 'note-hint note-error', input: () => this.#keepDraft(),
    });
    this.$kept = element('p', { class: 'hint', role: 'status' });
    this.$noteError = element('p', { id: 'note-error', class: 'error' });
    this.about = new AboutVersions(opened.leaves, texts);
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$button = element('button', { class: 'button' });
    this.$next = element('button', { class: 'button button-plain', 'aria-keyshortcuts': 'Control+Enter' }, texts.say('staff.step.record-next'));
    this.$usual = element('div', { class: 'usual cluster', role: 'group', 'aria-label': texts.say('staff.step.usual') });
    this.$root = this.#layOut();
    this.#refresh();
    this.takingUp = this.#takeUp();
  }

  focus() {
    this.$root.scrollIntoView();
    this.$step.focus();
  }

  /** Take up again what was not taken; it is kept until what is recorded here is in its place. @param {Waiting} step */
  async retake(step) {
    const { event } = step;
    // It may be of a code that was voided since, under which the case no longer goes.
    const { text } = await openEvent(event.case, event, this.opened.versions, this.keys);
    await this.takingUp;
    if (!this.$note.value) {
      this.retaken = step;
      this.$step.value = event.step;
      this.$note.value = text ?? '';
    } else if (this.retaken?.event.sig !== event.sig) { // else it was written on since
      this.$problem.textContent = this.texts.say('staff.waiting.not-over', { n: event.n, step: this.texts.name('step', event.step) });
    }
    this.#explain();
    this.focus();
  }

  /** Begin a step, whose note is still to be written. @param {string} step */
  ask(step) {
    this.retaken = null;
    this.$step.value = step;
    this.#explain();
    this.focus();
    this.$note.focus();
  }

  /** Choose the usual step that stands at a place, counted from 1. @param {number} place */
  choose(place) {
    this.$usual.querySelectorAll('button')[place - 1]?.click();
  }

  #layOut() {
    const { texts, opened, keys } = this;
    const title = element('h3', { id: 'step-title' }, texts.say('staff.step.title'));
    const withoutKey = element('p', { class: 'notice' }, texts.say('staff.step.no-key'));
    if (!keys.signing) return element('section', { class: 'stack' }, title, withoutKey);
    this.$note.disabled = opened.leaves.length === 0;
    const hint = texts.say(this.$note.disabled ? 'staff.step.no-version' : 'staff.step.note-hint');
    return element(
      'form', {
        class: 'step-form stack', 'aria-labelledby': 'step-title', submit: this.#submit, novalidate: true,
        keydown: this.#press,
      },
      title, this.$usual,
      element(
        'div', { class: 'field' }, element('label', { for: 'step' }, texts.say('staff.step.choose')),
        this.$stepError, this.$step, this.$means,
      ),
      this.about.$root,
      element(
        'div', { class: 'field' }, element('label', { for: 'note' }, texts.say('staff.step.note')),
        element('p', { id: 'note-hint', class: 'hint' }, hint), this.$kept, this.$noteError, this.$note,
      ),
      this.$problem, element('div', { class: 'cluster' }, this.$button, this.$next),
    );
  }

  #refresh() {
    const { texts } = this;
    const chosen = this.$step.value;
    const { usual, others } = stepsAfter(stateAfter(this.opened.events), wayOf(this.opened));
    const option = (/** @type {string} */ step) => element('option', { value: step }, texts.name('step', step));
    this.$step.replaceChildren(
      element('option', { value: '' }, texts.say('staff.step.none')),
      element('optgroup', { label: texts.say('staff.step.usual') }, ...usual.map(option)),
      element('optgroup', { label: texts.say('staff.step.others') }, ...others.map(option)),
    );
    this.$step.value = chosen;
    this.$usual.replaceChildren(...usual.map((step, at) => this.#usualStep(step, at + 1)));
    this.$button.textContent = texts.say('staff.step.record', { n: nextNumber(this.opened) });
    this.#explain();
  }

  /** @param {string} step @param {number} place */
  #usualStep(step, place) {
    const click = () => {
      this.$step.value = step;
      this.#stepChosen();
      if (NEEDS_NOTE.includes(step)) this.$note.focus();
      else this.$button.focus();
    };
    const key = element('kbd', { 'aria-hidden': 'true' }, String(place));
    const attributes = { type: 'button', class: 'button button-plain', 'aria-keyshortcuts': place, click };
    return element('button', attributes, key, ' ', this.texts.name('step', step));
  }

  #press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.$next.click();
  };

  /** Show what was written before and is not recorded yet. */
  async #takeUp() {
    const kept = await this.draft.open();
    if (!kept || this.$note.value || this.$step.value) return;
    const [step, text, sig] = JSON.parse(kept);
    this.retaken = this.outbox.steps.find(({ event }) => event.sig === sig) ?? null;
    this.$note.value = text;
    this.$step.value = step;
    if (this.$step.selectedIndex < 0) this.$step.value = '';
    this.$kept.textContent = this.texts.say('staff.note.kept');
    this.#explain();
  }

  #keepDraft() {
    const { $note, $step } = this;
    this.$kept.textContent = '';
    if ($note.value.trim()) void this.draft.keep(JSON.stringify([$step.value, $note.value, this.retaken?.event.sig]));
    else this.draft.drop();
  }

  #stepChosen = () => {
    this.#explain();
    this.#keepDraft();
  };

  #explain = () => {
    const step = this.$step.value;
    this.$means.textContent = step ? this.texts.say('staff.step.means', { text: this.texts.say(`step.${step}.means`) }) : '';
    this.$note.required = NEEDS_NOTE.includes(step);
  };

  /** @param {SubmitEvent} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.isBusy || !this.#isComplete()) return;
    const isDone = event.submitter === this.$next;
    this.#busy(true);
    this.$problem.textContent = '';
    try {
      await this.#record(await this.#signed());
      if (isDone) this.onNext();
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && error.body?.event) await this.#otherCameFirst(error.body.event);
      else this.$problem.textContent = this.onError(error);
    } finally {
      this.#busy(false);
    }
  };

  /** Have it numbered, or keep it until the office answers again. @param {SignedEvent} event */
  async #record(event) {
    const recording = this.outbox.record(event, this.number, this.retaken);
    this.draft.drop(); // the note is sealed in the step, and that is kept
    const isTaken = await recording.catch((error) => {
      if (!this.outbox.holds(event)) this.#keepDraft();
      throw error;
    });
    await this.#taken(event, isTaken ? 'staff.step.taken' : 'staff.waiting.taken');
  }

  /** See what became of the steps that wait: those that were not taken are none, and another tab has some too. */
  async catchUp() {
    const kept = this.outbox.of(this.opened.id);
    const stopped = kept.filter(isStopped);
    const isGone = (/** @type {SignedEvent} */ { sig }) => stopped.some(({ event }) => event.sig === sig);
    this.opened.events.splice(0, Infinity, ...this.opened.events.filter((event) => !isGone(event)));
    for (const step of kept) await this.#add(isStopped(step) ? step.other : step.event);
    this.#refresh();
    this.onChange();
  }

  /** A disabled button would lose the keyboard. @param {boolean} isBusy */
  #busy(isBusy) {
    this.isBusy = isBusy;
    this.$button.setAttribute('aria-disabled', String(isBusy));
  }

  #isComplete() {
    const { $step, $note, texts } = this;
    const isMissing = $note.required && $note.value.trim() === '';
    const isAboutNone = this.opened.leaves.length > 0 && this.about.chosen.length === 0;
    this.#point($step, this.$stepError, $step.value ? '' : texts.say('staff.step.choose-first'));
    this.#point($note, this.$noteError, isMissing ? texts.say('staff.step.note-needed') : '');
    this.$problem.textContent = isAboutNone ? texts.say('staff.step.about-none') : '';
    if (!$step.value) $step.focus();
    else if (isMissing) $note.focus();
    return Boolean($step.value) && !isMissing && !isAboutNone;
  }

  /** @param {HTMLElement} $control @param {HTMLElement} $error @param {string} text */
  #point($control, $error, text) {
    $error.textContent = text;
    $control.setAttribute('aria-invalid', String(text !== ''));
  }

  /** The event to send; the very same one again when an answer was lost, so that it cannot be two. */
  async #signed() {
    const wanted = { step: this.$step.value, text: this.$note.value.trim(), about: this.about.chosen, also: unanswered(this.opened) };
    const on = [...wanted.about, ...wanted.also].map(({ v }) => v);
    const name = JSON.stringify([wanted.step, wanted.text, nextNumber(this.opened), on]);
    if (this.pending?.wanted !== name) this.pending = { wanted: name, text: wanted.text, event: await signStep(this.opened, this.keys, wanted) };
    return this.pending.event;
  }

  /** Add an event unless it is there. @param {SignedEvent | null} event */
  async #add(event) {
    if (!event) return;
    const opened = await openEvent(this.opened.id, event, this.opened.versions, this.keys);
    if (this.opened.events.some(({ sig }) => sig === event.sig)) return;
    this.opened.events.push(opened);
    this.opened.events.sort((one, other) => one.n - other.n);
  }

  /** @param {SignedEvent} event @param {string} said */
  async #taken(event, said) {
    await this.#add(event);
    this.onChange();
    const { n, step } = event;
    const key = step === MESSAGE && said === 'staff.step.taken' ? 'staff.step.message-sent' : said;
    this.announce(this.texts.say(key, { n, step: this.texts.name('step', step) }));
    if (this.$note.value.trim() === this.pending?.text) this.$note.value = ''; // else it was written on meanwhile
    if (this.$step.value === step) this.$step.value = '';
    this.pending = null;
    this.retaken = null;
    this.#keepDraft();
    this.#refresh();
  }

  /** What was typed stays; it takes the next number when the officer says so again. @param {SignedEvent} other */
  async #otherCameFirst(other) {
    await this.#add(other);
    this.onChange();
    this.#refresh();
    const params = { n: other.n, step: this.texts.name('step', other.step), when: this.texts.when(other.at) };
    this.$problem.textContent = this.texts.say('staff.step.conflict', params);
  }
}
