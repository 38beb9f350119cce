/**
 * Drafts whose passphrase nobody remembers, on the desk: the file that a phone handed over is opened with the office's
 * keys, in this browser alone, shown, and given back as a file in clear for whoever types them in again.
 */

import { openDraft, openRescue } from '../crypto/rescue.js';
import { saveFile } from '../components/save-file.js';
import { button, element } from '../element.js';
import { labelText } from '../answer-text.js';
import { fieldsOf, spread } from '../answers.js';
import { answerText } from './answer-text.js';
import { rescuedPhotos } from './rescued-photos.js';

/** @typedef {import('../crypto/rescue.js').HandedDraft} HandedDraft */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {{service: string, form: string, title: string, case?: string | null, values: Record<string, any>, images?: import('./rescued-photos.js').Image[]}} Content */
/** @typedef {{draft: HandedDraft, content: Content | null}} Rescued null for what does not open with these keys */

const PLAIN = { class: 'button button-plain' };
const LARGEST = 32 << 20; // bytes of a file that is read

export class RescueView {
  /** @param {import('./keys-view.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** @type {Rescued[]} */
    this.rescued = [];
    this.turn = 0;
    const say = (/** @type {string} */ key) => desk.texts.say(`staff.rescue.${key}`);
    this.$title = element('h2', { tabindex: -1 }, say('title'));
    this.$file = element('input', { id: 'rescue-file', type: 'file', accept: '.json,application/json', change: this.#read });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$place = element('div', { class: 'stack' });
    this.$root = element(
      'section', { class: 'stack', 'aria-label': say('title') },
      element('header', { class: 'cluster' }, this.$title, button(desk.texts.say('staff.case.close'), desk.onClose, PLAIN)),
      element('p', {}, say('means')),
      element('div', { class: 'field' }, element('label', { for: 'rescue-file' }, say('file')), this.$file),
      this.$problem, this.$place,
    );
  }

  start() {
    this.$title.focus();
  }

  /** Forget what was opened. */
  stop() {
    this.turn++;
    this.rescued = [];
    this.$place.replaceChildren();
  }

  #read = async () => {
    this.stop();
    const { turn, desk: { api, keys, texts, onError } } = this;
    const file = this.$file.files?.[0];
    const drafts = file && file.size <= LARGEST ? draftsOf(await file.text().catch(() => '')) : null;
    this.$file.value = ''; // so that the same name can be chosen once more
    this.$problem.textContent = drafts ? '' : texts.say('staff.rescue.not-a-file');
    if (!drafts) return;
    try {
      await api.noteRescue(drafts.length); // nothing is shown that is not in the record
      const rescued = await Promise.all(drafts.map(async (draft) => ({ draft, content: await rescue(draft, keys) })));
      if (turn === this.turn) await this.#show(rescued);
    } catch (error) {
      if (turn === this.turn) this.$problem.textContent = onError(error);
    }
  };

  /** @param {Rescued[]} rescued */
  async #show(rescued) {
    const { turn, desk: { texts } } = this;
    this.rescued = rescued;
    const opened = this.rescued.filter(({ content }) => content);
    const shut = this.rescued.length - opened.length;
    const count = texts.say('staff.rescue.count', { n: opened.length });
    const save = button(texts.say('staff.rescue.save'), () => saveFile(this.#file(), 'drafts-in-clear.json'), PLAIN);
    const shown = await Promise.all(opened.map(({ draft, content }) => this.#draft(draft, /** @type {Content} */ (content))));
    if (turn !== this.turn) return;
    this.$place.replaceChildren(
      element('p', { role: 'status' }, count),
      ...(shut ? [element('p', { class: 'error shut' }, texts.say('staff.rescue.shut', { n: shut }))] : []),
      ...(opened.length ? [element('p', { class: 'notice' }, texts.say('staff.rescue.save-means'), ' ', save)] : []),
      ...shown,
    );
  }

  /** @param {HandedDraft} draft @param {Content} content */
  async #draft(draft, { service, form: name, title, values, images = [] }) {
    const { id, at } = draft;
    const { api, texts } = this.desk;
    const form = await api.form(service, name).catch(() => null);
    const known = spread(form ? fieldsOf(form) : [], values).filter(({ name: key }) => Object.hasOwn(values, key));
    const rest = Object.keys(values).filter((key) => !known.some((one) => one.name === key));
    /** @param {string} label @param {string} value */
    const row = (label, value) => element('tr', {}, element('th', { scope: 'row' }, label),
      element('td', {}, element('span', { class: value ? 'answer' : 'empty' }, value || texts.say('staff.rescue.empty'))));
    const rows = [
      ...known.map((one) => row(labelText(/** @type {any} */ (one), (key) => texts.say(key)), typed(one.field, one.answer, texts))),
      ...rest.map((key) => row(key, String(values[key] ?? ''))),
    ];
    return element('article', { class: 'stack', 'data-rescued': id },
      element('h3', {}, title || texts.say(`form.${service}.title`)),
      element('p', { class: 'hint' }, texts.when(at / 1000)),
      element('div', { class: 'scroll', role: 'group', 'aria-label': title || id, tabindex: 0 }, element('table', {},
        element('caption', { class: 'visually-hidden' }, title || id), element('tbody', {}, ...rows))),
      await rescuedPhotos(draft, images, texts));
  }

  /** What was filled in; the receipt code that a correction carries is for its holder alone. */
  #file() {
    const drafts = this.rescued.flatMap(({ draft: { id, at }, content }) => (content ? [{ id, at, ...filledIn(content) }] : []));
    return new Blob([JSON.stringify({ drafts }, null, 1)], { type: 'application/json' });
  }
}

/** @param {Content} content */
const filledIn = ({ service, form, title, case: of = null, values }) => ({ service, form, title, case: of, values });

/** What was typed, which may be half of an answer. @param {any} field @param {any} value @param {import('./texts.js').Texts} texts */
const typed = (field, value, texts) => (field.control === 'date' ? String(value ?? '') : answerText(field, value, texts));

/** @param {string} text @returns {HandedDraft[] | null} */
function draftsOf(text) {
  try {
    const { v, type, drafts } = JSON.parse(text);
    return v === 1 && type === 'drafts' && Array.isArray(drafts) && drafts.length ? drafts : null;
  } catch {
    return null;
  }
}

/** @param {HandedDraft} draft @param {Keys} keys @returns {Promise<Content | null>} */
async function rescue(draft, { seal }) {
  for (const [kid, sealed] of Object.entries(draft?.rescue ?? {})) {
    const key = seal.get(kid);
    const dataKey = key && (await openRescue(sealed, draft.p, draft.id, kid, key).catch(() => null));
    const content = dataKey && (await openDraft(draft, dataKey).catch(() => null));
    if (typeof content?.values === 'object' && content.values) return content;
  }
  return null;
}
