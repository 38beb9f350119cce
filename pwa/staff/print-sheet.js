/**
 * Sheets for paper: the application in the order of its paper form, and a receipt for the counter. They are made when they
 * are printed and gone after it; the receipt code is on neither, because nobody here has it.
 */

import { dayFirst } from '../day-first.js';
import { element } from '../element.js';
import { office } from '../pins.js';
import { questions } from './answer-text.js';
import { stateAfter } from './next-steps.js';
import { inPaperOrder, paperOf } from './paper-form.js';

/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {{row: import('./staff-api.js').CaseRow, opened: OpenedCase, texts: Texts}} Shown */

/** Print the application: each version that stands. @param {Shown} shown */
export const printApplication = (shown) =>
  print(shown, 'staff.print.title.application', shown.opened.leaves.flatMap((leaf) => application(leaf, shown)));

/** Print what somebody takes home from the counter. @param {Shown} shown */
export function printReceipt(shown) {
  const { opened, texts } = shown;
  const state = stateAfter([...opened.former.flatMap((one) => one.events), ...opened.events]);
  return print(shown, 'staff.print.title.receipt', [
    element('p', {}, texts.say('staff.print.received', { when: texts.when(Math.min(...opened.versions.map(({ version }) => version.at))) })),
    element('p', {}, texts.say('staff.print.state', { state: texts.name('step', state) })),
    element('p', {}, texts.say(`step.${state}.means`)),
    element('p', {}, texts.say('staff.print.keep')),
    signatures(texts, ['staff.print.officer']),
  ]);
}

/** @param {OpenedVersion} leaf @param {Shown} shown */
function application({ form, answers, version }, { row, texts }) {
  if (!form || !answers) return [];
  const paper = paperOf(form.service);
  const parts = paper ? inPaper(questions(form, answers, texts), paper, texts) : inSections(form, answers, texts);
  let n = 0;
  const bodies = parts.map(({ title, asked }) => element(
    'tbody', {}, title ? element('tr', {}, element('th', { colspan: 3, scope: 'rowgroup' }, title)) : null,
    ...asked.map(({ label, text }) => element(
      'tr', {}, element('td', {}, `${(n += 1)}.`), element('th', { scope: 'row' }, label), element('td', {}, text || '–'),
    )),
  ));
  // The head is printed on every page of it.
  const head = element('thead', {}, element('tr', {}, element('td', { colspan: 3 }, row.number)));
  return [
    element('p', {}, texts.say('staff.print.filled', { when: texts.when(version.at) })),
    ...(row.kind === 'app' ? [orderOf(paper, texts)] : []),
    element('table', { class: 'application' }, head, ...bodies), signatures(texts, ['staff.print.applicant', 'staff.print.officer']),
  ];
}

/** @param {ReturnType<typeof questions>} all @param {import('./paper-form.js').PaperForm} paper @param {Texts} texts */
function inPaper(all, { fields }, texts) {
  const { on, beside } = inPaperOrder(all, fields);
  return [{ title: '', asked: on }, { title: texts.say('staff.print.beside'), asked: beside.filter(({ text }) => text) }];
}

/** @param {import('./answer-text.js').StaffForm} form @param {NonNullable<OpenedVersion['answers']>} answers @param {Texts} texts */
const inSections = (form, answers, texts) => form.sections.map((section) =>
  ({ title: texts.say(section.title), asked: questions({ ...form, sections: [section] }, answers, texts) }));

/** Whose order it is, and how sure. @param {import('./paper-form.js').PaperForm | null} paper @param {Texts} texts */
function orderOf(paper, texts) {
  if (!paper) return element('p', { class: 'hint' }, texts.say('staff.print.order.none'));
  const { name, source, checked, unverified } = paper;
  return element(
    'p', { class: 'hint' }, texts.say('staff.print.order', { name }), '. ',
    texts.say('staff.print.order.source', { source, day: dayFirst(checked) }), unverified ? ` ${unverified[texts.lang] ?? ''}` : null,
  );
}

/** @param {Texts} texts @param {string[]} keys */
const signatures = (texts, keys) =>
  element('div', { class: 'signatures' }, ...keys.map((key) => element('p', {}, texts.say(key))));

/** @param {Shown} shown @param {string} title @param {Node[]} content */
const print = ({ row, texts }, title, content) => printSheet(texts, texts.say(title), [
  element('p', {}, element('strong', {}, row.number), ` · ${texts.say(`form.${row.service}.title`)}`), ...content,
]);

/** Print a sheet of this office. @param {Texts} texts @param {string} title @param {Node[]} content */
export async function printSheet(texts, title, content) {
  const { name } = await office();
  const sheet = element(
    'section', { class: 'print-sheet' }, element('p', {}, name), element('h1', {}, title),
    ...content, element('p', { class: 'hint' }, texts.say('staff.print.made', { when: texts.when(Date.now() / 1000) })),
  );
  document.body.append(sheet);
  addEventListener('afterprint', () => sheet.remove(), { once: true });
  window.print();
}
