/** One case on the desk: its versions side by side, what does not open, the steps so far and the next one. */

import { labelText } from '../answer-text.js';
import { MESSAGE } from '../crypto/events.js';
import { element } from '../element.js';
import { answerText } from './answer-text.js';
import { caseFiles } from './case-files.js';
import { CaseworkView } from './casework-view.js';
import { compare, sideBySide } from './compare.js';
import { consentsPart } from './consents.js';
import { eraseForm } from './erase.js';
import { handOverPart } from './hand-over-part.js';
import { historyOf } from './history.js';
import { offerDraft } from './offer-draft.js';
import { stateAfter, wayOf } from './next-steps.js';
import { PersonData } from './person-data.js';
import { printApplication, printReceipt } from './print-sheet.js';
import { isTyping } from './shortcuts.js';
import { StepForm } from './steps.js';
import { threadOf } from './thread.js';
import { voidForm } from './void-code.js';

/** @typedef {import('./compare.js').Cell} Cell */
/** @typedef {import('./compare.js').Row} Row */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/**
 * @typedef {{row: CaseRow, opened: import('./open-case.js').OpenedCase, keys: import('./keys.js').Keys,
 *   api: import('./staff-api.js').StaffApi, texts: import('./texts.js').Texts, announce: (text: string) => void,
 *   login: string, work: import('./casework.js').Casework, notesBefore: import('./casework.js').Note[],
 *   outbox: import('./step-outbox.js').StepOutbox, isAway: boolean, onAssigned: () => void, onErased: () => void, onStep: () => void, onClose: () => void, onNext: () => void,
 *   onVoided: ($sheet: HTMLElement) => void, onError: (error: unknown) => string}} Desk
 */

export class CaseView {
  /** @param {Desk} desk */
  constructor(desk) {
    this.row = desk.row;
    this.opened = desk.opened;
    this.texts = desk.texts;
    this.shown = new Set(sideBySide(this.opened).map(({ v }) => v));
    this.$title = element('h2', { id: 'case-title', tabindex: -1 }, this.row.number);
    this.$state = element('p', { class: 'state' });
    const named = { role: 'group', 'aria-label': desk.texts.say('staff.case.caption'), tabindex: 0 };
    this.$answers = element('div', { class: 'scroll', ...named });
    this.$history = element('div');
    this.$thread = element('div');
    const onChange = () => {
      this.#showSteps();
      desk.onStep();
    };
    this.steps = new StepForm({ ...desk, onChange });
    this.$root = this.#layOut(desk);
    this.#showAnswers();
    this.#showSteps();
  }

  start() {
    this.$title.focus();
  }

  /** @param {Desk} desk */
  #layOut(desk) {
    const { texts, row } = this;
    const { onClose, onStep } = desk;
    const onErased = () => {
      desk.onErased();
      if (this.$root.isConnected) onClose(); // another case may be open by then
      onStep();
    };
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape') return;
      if (isTyping(event.target)) this.$title.focus({ preventScroll: true });
      else onClose();
    };
    return element(
      'article', { class: 'case stack', 'aria-labelledby': 'case-title', keydown },
      element(
        'header', { class: 'cluster' }, this.$title,
        element('p', {}, texts.say(`form.${row.service}.title`)), this.$state,
        element(
          'div', { class: 'cluster' },
          this.#button('staff.case.to-step', () => this.steps.focus()),
          this.#button('staff.print.application', () => printApplication(desk)),
          this.#button('staff.print.receipt', () => printReceipt(desk)), this.#button('staff.case.close', onClose),
        ),
      ),
      desk.isAway ? element('p', { class: 'notice' }, texts.say('staff.waiting.from-memory')) : null,
      this.opened.isVoided ? element('p', { class: 'notice' }, texts.say('staff.void.already')) : null, ...this.#shut(),
      wayOf(this.opened).isBapFirst ? element('p', { class: 'notice' }, texts.say('staff.case.bap-first')) : null,
      this.#severalNotice(),
      this.#chooser(), this.$answers, consentsPart(this.opened.versions, texts), caseFiles(desk),
      handOverPart(this.opened, texts), offerDraft(this.opened, texts, desk.api.csrf), new CaseworkView(desk).$root, this.$thread, this.steps.$root,
      element(
        'section', { class: 'stack', 'aria-labelledby': 'history-title' },
        element('h3', { id: 'history-title' }, texts.say('staff.history.title')), this.$history,
      ),
      new PersonData(desk, () => this.steps.ask('perlu_perbaikan')).$root, voidForm(desk), eraseForm({ ...desk, onErased }),
    );
  }

  #severalNotice() {
    const n = this.opened.leaves.length;
    return n > 1 ? element('p', { class: 'notice' }, this.texts.say('staff.case.several', { n })) : null;
  }

  /** @param {string} key @param {() => void} click */
  #button(key, click) {
    return element('button', { type: 'button', class: 'button button-plain', click }, this.texts.say(key));
  }

  /** What does not open is named, each with its reason. */
  #shut() {
    const { texts } = this;
    return this.opened.versions.filter(({ failure }) => failure).map(({ v, version, failure }) => {
      const reason = texts.say(`staff.shut.${failure}`);
      const name = texts.say('staff.shut.version', { when: texts.when(version.at), v: v.slice(0, 8) });
      return element('p', { class: 'error shut' }, element('strong', {}, name), ' ', reason);
    });
  }

  /** Which versions stand side by side; a choice only where there is one. */
  #chooser() {
    const readable = this.opened.versions.filter(({ answers, version }) => answers && version.type !== 'message');
    if (readable.length < 2) return null;
    const { texts } = this;
    const boxes = readable.map(({ v, version }) => {
      const change = () => this.#toggle(v, box.checked);
      const box = element('input', { type: 'checkbox', checked: this.shown.has(v), change });
      const replaced = this.#isStanding(v) ? null : ` (${texts.say('staff.case.replaced')})`;
      return element('label', { class: 'choice' }, box, ' ', texts.when(version.at), replaced);
    });
    const legend = element('legend', {}, texts.say('staff.case.versions'));
    return element('fieldset', { class: 'versions cluster' }, legend, ...boxes);
  }

  /** @param {string} v @param {boolean} isShown */
  #toggle(v, isShown) {
    if (isShown) this.shown.add(v);
    else this.shown.delete(v);
    this.#showAnswers();
  }

  /** @param {string} v */
  #isStanding(v) {
    return this.opened.leaves.some((leaf) => leaf.v === v);
  }

  #showAnswers() {
    const columns = this.opened.versions.filter(({ v, answers }) => answers && this.shown.has(v));
    const { texts } = this;
    if (columns.length === 0) {
      this.$answers.replaceChildren(element('p', {}, texts.say('staff.case.nothing')));
      return;
    }
    const heads = columns.map((column) => this.#head(column));
    const whole = { colspan: heads.length + 1 };
    const bodies = compare(columns, this.opened.leaves, texts.known).map(({ title, rows }) =>
      element(
        'tbody', {},
        element('tr', {}, element('th', { ...whole, scope: 'rowgroup', class: 'part' }, texts.say(title))),
        ...rows.map((row) => this.#answerRow(row)),
      ));
    const caption = element('caption', { class: 'visually-hidden' }, texts.say('staff.case.caption'));
    const first = element('th', { scope: 'col' }, texts.say('staff.case.question'));
    const head = element('thead', {}, element('tr', {}, first, ...heads));
    this.$answers.replaceChildren(element('table', { class: 'compared' }, caption, head, ...bodies));
  }

  /** @param {OpenedVersion} column */
  #head({ v, version }) {
    const { texts } = this;
    const stands = texts.say(this.#isStanding(v) ? 'staff.case.standing' : 'staff.case.replaced');
    const came = [texts.name('staff.channel', version.channel), version.area && texts.region(version.area)];
    return element(
      'th', { scope: 'col', class: this.#isStanding(v) ? 'standing' : 'replaced' },
      element('span', {}, texts.when(version.at)), element('br'),
      element('span', { class: 'hint' }, [stands, ...came].filter(Boolean).join(' · ')),
    );
  }

  /** @param {Row} row */
  #answerRow({ key: rowName, field: asked, within, differs, cells }) {
    const { texts } = this;
    const mark = differs ? element('span', { class: 'tag' }, texts.say('staff.case.differs')) : null;
    const isQuiet = cells.every(({ answer }) => answer === null);
    const name = element('th', { scope: 'row' }, labelText({ name: rowName, field: asked, within }, (key) => texts.say(key)), mark && ' ', mark);
    return element('tr', { class: isQuiet ? 'quiet' : null }, name, ...cells.map((cell) => this.#cell(cell)));
  }

  /** @param {Cell} cell */
  #cell({ field, answer, isAsked, isChanged, findings }) {
    const { texts } = this;
    const text = isAsked ? answerText(field, answer, texts) : '';
    const warnings = findings.map(({ message, params }) =>
      element('p', { class: 'warning' }, texts.say(message, { field: texts.say(field.label), ...params })));
    const mark = isChanged ? element('span', { class: 'tag' }, texts.say('staff.case.changed')) : null;
    const shown = element('span', { class: text ? 'answer' : 'empty' }, text || texts.say('staff.case.empty'));
    const classes = [field?.control === 'digits' && 'digits', isChanged && 'changed'].filter(Boolean).join(' ');
    return element('td', { class: classes || null }, shown, mark && ' ', mark, ...warnings);
  }

  #showSteps() {
    const { texts, opened } = this;
    const events = [...opened.former.flatMap((one) => one.events), ...opened.events];
    this.$state.textContent = texts.name('step', stateAfter(events));
    this.$history.replaceChildren(historyOf(opened, texts));
    this.$thread.replaceChildren(...threadOf(opened, texts, () => this.steps.ask(MESSAGE)));
  }
}
