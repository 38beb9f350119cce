/** The part of a case that is the office's own: who works on it, the papers that were seen, and notes among officers. */

import { checklist } from '../checklist.js';
import { button, element } from '../element.js';
import { dayAt } from '../pins.js';
import { NoteDraft } from './note-draft.js';

/** @typedef {import('./casework.js').Note} Note */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */

const LONGEST = 2000; // characters
const now = () => Math.floor(Date.now() / 1000);

export class CaseworkView {
  /** @param {import('./case.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.texts = desk.texts;
    this.work = desk.work;
    this.$assigned = element('p', {});
    this.$known = element('p', { class: 'notice', hidden: !desk.isAway });
    this.$papers = element('ul', { class: 'papers' });
    this.$notes = element('ol', { class: 'notes' });
    this.draft = new NoteDraft(desk.opened, desk.login, 'own');
    this.$note = element('textarea', {
      id: 'own-note', rows: 2, maxlength: LONGEST, autocomplete: 'off', 'aria-describedby': 'own-note-hint', input: () => this.#keepDraft(),
    });
    this.$kept = element('p', { class: 'hint', role: 'status' });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$root = this.#layOut();
    this.#show();
    void this.#takeUp();
  }

  #layOut() {
    const { texts } = this;
    return element(
      'section', { class: 'casework stack', 'aria-labelledby': 'own-title' },
      element('h3', { id: 'own-title' }, texts.say('staff.own.title')), this.$problem,
      element('div', { class: 'cluster' }, this.$assigned, this.#assigning()),
      this.$known, this.#paperList(),
      element('h4', {}, texts.say('staff.own.notes')), this.$notes,
      element(
        'form', { class: 'field', submit: this.#addNote },
        element('label', { for: 'own-note' }, texts.say('staff.own.note')),
        element('p', { id: 'own-note-hint', class: 'hint' }, texts.say('staff.own.hint')), this.$kept, this.$note,
        element('button', { class: 'button button-plain' }, texts.say('staff.own.add')),
      ),
    );
  }

  #assigning() {
    const { texts, desk } = this;
    const give = (/** @type {string | null} */ login) => this.#try(async () => {
      if (await this.work.assign(login)) return;
      this.$problem.textContent = texts.say('staff.own.came-first', { login: this.work.assigned ?? '' });
    });
    this.$take = button(texts.say('staff.own.take'), () => give(desk.login), { class: 'button button-plain' });
    this.$leave = button(texts.say('staff.own.leave'), () => give(null), { class: 'button button-plain' });
    const $choice = element('select', { id: 'own-officer', change: () => give($choice.value || null) });
    this.$choice = $choice;
    const toggle = async (/** @type {Event} */ event) => {
      if (/** @type {HTMLDetailsElement} */ (event.target).open && !$choice.options.length) await this.#try(() => this.#listOfficers());
    };
    return element(
      'div', { class: 'cluster' }, this.$take, this.$leave,
      element(
        'details', { toggle }, element('summary', {}, texts.say('staff.own.other')),
        element('label', { for: 'own-officer' }, texts.say('staff.own.officer')), ' ', $choice,
      ),
    );
  }

  async #listOfficers() {
    const { officers } = await this.desk.api.officers();
    const open = officers.filter(({ disabled, kids }) => !disabled && kids.length > 0);
    this.$choice?.replaceChildren(
      element('option', { value: '' }, this.texts.say('staff.own.nobody')),
      ...open.map(({ login }) => element('option', { value: login, selected: login === this.work.assigned }, login)),
    );
  }

  #paperList() {
    const papers = papersOf(this.desk.opened.leaves[0]);
    if (papers.length === 0) return null;
    for (const { name, label, required } of papers) {
      const change = () => this.#try(() => this.work.tick(name, box.checked ? [this.desk.login, now()] : null));
      const box = element('input', { type: 'checkbox', value: name, change });
      const optional = required ? '' : ` (${this.texts.say('staff.own.optional')})`;
      this.$papers.append(element('li', {}, element('label', { class: 'choice' }, box, ' ', this.texts.say(label), optional), element('span', { class: 'hint' })));
    }
    return element('div', { role: 'group', 'aria-labelledby': 'papers-title' },
      element('h4', { id: 'papers-title' }, this.texts.say('staff.own.papers')), this.$papers);
  }

  /** Do it, and show what stands then; what went wrong is said and what was typed stays. @param {() => Promise<void>} act */
  async #try(act) {
    this.$problem.textContent = '';
    try {
      await act();
      return true;
    } catch (error) {
      this.$problem.textContent = this.desk.onError(error);
      return false;
    } finally {
      this.#show();
      this.desk.onAssigned();
    }
  }

  #addNote = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = this.$note.value.trim();
    if (!text || !(await this.#try(() => this.work.addNote([this.desk.login, now(), text])))) return;
    if (this.$note.value.trim() === text) this.$note.value = ''; // else it was written on meanwhile
    this.#keepDraft();
  };

  /** Show what was written before and is not kept with the case yet. */
  async #takeUp() {
    const text = await this.draft.open();
    if (!text || this.$note.value) return;
    this.$note.value = text;
    this.$kept.textContent = this.texts.say('staff.note.kept');
  }

  #keepDraft() {
    this.$kept.textContent = '';
    if (this.$note.value.trim()) void this.draft.keep(this.$note.value);
    else this.draft.drop();
  }

  #show() {
    const { texts, work, desk } = this;
    const { assigned, content, told: { heard } } = work;
    const nobody = desk.isAway ? 'staff.own.unlisted' : 'staff.own.unassigned';
    this.$assigned.textContent = assigned ? texts.say('staff.own.assigned', { login: assigned }) : texts.say(nobody);
    this.$known.textContent = heard ? texts.say('staff.own.as-of', { when: texts.when(heard) }) : texts.say('staff.own.unknown');
    if (this.$take) this.$take.hidden = assigned === desk.login;
    if (this.$leave) this.$leave.hidden = assigned === null;
    if (this.$choice) this.$choice.value = assigned ?? '';
    const notes = [...desk.notesBefore, ...content.notes];
    this.$notes.replaceChildren(...notes.map((note) => this.#noteOf(note)));
    if (work.isShut) this.$notes.append(element('li', { class: 'warning' }, texts.say('staff.history.shut')));
    for (const $paper of this.$papers.children) this.#showPaper($paper);
    for (const $control of this.$root.querySelectorAll('textarea, form button')) $control.toggleAttribute('disabled', !work.isOpen);
  }

  /** @param {Element} $paper */
  #showPaper($paper) {
    const box = /** @type {HTMLInputElement} */ ($paper.querySelector('input'));
    const seen = this.work.content.papers[box.value];
    box.checked = Boolean(seen);
    box.indeterminate = !this.work.told.heard; // nothing is known of it here
    box.disabled = box.indeterminate || !this.work.isOpen;
    const $seen = /** @type {HTMLElement} */ ($paper.querySelector('span'));
    $seen.textContent = seen ? ` ${this.texts.say('staff.own.seen', { login: seen[0], when: this.texts.when(seen[1]) })}` : '';
  }

  /** @param {Note} note */
  #noteOf([login, at, text]) {
    return element('li', {}, element('span', { class: 'hint' }, `${login}, ${this.texts.when(at)}`), element('p', { class: 'note' }, text));
  }
}

/** The papers that somebody with these answers brings. @param {OpenedVersion | undefined} leaf */
export function papersOf(leaf) {
  if (!leaf?.form || !leaf.answers) return [];
  return checklist(/** @type {any} */ (leaf.form), leaf.answers, [], { today: dayAt(leaf.version.at) }).papers;
}
