/** The answers of a case, folded away: they are read from its newest version when somebody asks for them. */

import { fromAnswers } from '../answers.js';
import { answerSections } from '../answer-text.js';
import { element } from '../element.js';
import { asksForDocument, loadForm } from '../pins.js';
import { readRegionNames } from '../region-names.js';
import { language, loadMore, text } from '../text.js';

/** @typedef {import('./case.js').Opened} Opened */

export class AnswersFold {
  /** @param {Opened} opened @param {boolean} isOpen */
  constructor(opened, isOpen) {
    this.opened = opened;
    this.body = element('div', { class: 'stack' });
    this.root = element('details', { toggle: () => this.root.open && void this.fill() },
      element('summary', {}, text('app.case.answers')), this.body);
    this.root.open = isOpen;
  }

  async fill() {
    if (this.body.childElementCount) return;
    try {
      const { form, answers } = await standingAnswers(this.opened);
      await loadMore(wordsOf(form)).catch(() => {});
      const names = await regionNames(this.opened.service);
      const sections = answerSections(form, answers, (code) => names.get(code) ?? code);
      this.body.replaceChildren(...sections.filter((section) => section !== null));
      if (asksForDocument(form)) this.body.append(await import('./checklist-view.js').then(
        ({ checklistButton }) => checklistButton(async () => ({ form, answers })), () => ''));
    } catch {
      // Its form is an old one that this device does not have, or the version does not open with this code.
      this.body.replaceChildren(element('p', {}, text('app.case.answers.closed')));
    }
  }
}

/** The names of the regions that a service's form offers; none when its page is not at hand. @param {string} service */
const regionNames = (service) =>
  fetch(`/${language()}/apply/${service}`).then((answer) => (answer.ok ? answer.text() : ''), () => '').then(readRegionNames);

/**
 * The answers that stand, by field key, and the form that asked for them.
 * @param {Opened} opened
 */
export async function standingAnswers({ service, versions, standing }) {
  const version = versions.find(({ v }) => v === standing.at(-1));
  if (!version?.groups) throw new RangeError('no version that opens');
  const { form } = await formOf(service, version.form);
  /** @type {Record<string, any>} */
  const answers = {};
  for (const group of form.groups) Object.assign(answers, fromAnswers(only(form, group), version.groups[group]));
  return { form, answers };
}

/** The part of the texts in which the words of a form are. @param {any} form */
function wordsOf(form) {
  if (asksForDocument(form)) return 'forms';
  return form.type === 'complaint' ? 'talk' : 'request';
}

/** The latest form lies on the device; older ones, and their words, only with the office. @param {string} service @param {string} name */
async function formOf(service, name) {
  const latest = await loadForm(service);
  return latest.name === name ? latest : (await loadMore('earlier'), loadForm(service, name));
}

/** @param {any} form @param {string} group */
const only = (form, group) => ({
  ...form,
  sections: form.sections.map((/** @type {any} */ section) => ({
    ...section, fields: section.fields.filter((/** @type {any} */ field) => field.group === group),
  })),
});
