/**
 * Sheets for paper: the application with every question in the order of its form, and a receipt for the counter. They are
 * made when they are printed and gone after it; the receipt code is on neither, because nobody here has it.
 */

import { element } from '../element.js';
import { office } from '../pins.js';
import { questions } from './answer-text.js';
import { stateAfter } from './next-steps.js';

/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {{row: import('./staff-api.js').CaseRow, opened: OpenedCase, texts: Texts}} Shown */

/** Print the application: each version that stands. @param {Shown} shown */
export const printApplication = (shown) =>
  print(shown, 'staff.print.title.application', shown.opened.leaves.flatMap((leaf) => application(leaf, shown.texts)));

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

/** @param {OpenedVersion} leaf @param {Texts} texts */
function application({ form, answers, version }, texts) {
  if (!form || !answers) return [];
  let n = 0;
  const parts = form.sections.map((section) => {
    const rows = questions({ ...form, sections: [section] }, answers, texts).map(({ label, text }) => element(
      'tr', {}, element('td', {}, `${(n += 1)}.`), element('th', { scope: 'row' }, label), element('td', {}, text || '–'),
    ));
    return element('tbody', {}, element('tr', {}, element('th', { colspan: 3, scope: 'rowgroup' }, texts.say(section.title))), ...rows);
  });
  return [
    element('p', {}, texts.say('staff.print.filled', { when: texts.when(version.at) })),
    element('table', {}, ...parts), signatures(texts, ['staff.print.applicant', 'staff.print.officer']),
  ];
}

/** @param {Texts} texts @param {string[]} keys */
const signatures = (texts, keys) =>
  element('div', { class: 'signatures' }, ...keys.map((key) => element('p', {}, texts.say(key))));

/** @param {Shown} shown @param {string} title @param {Node[]} content */
async function print({ row, texts }, title, content) {
  const { name } = await office();
  const sheet = element(
    'section', { class: 'print-sheet' },
    element('p', {}, name), element('h1', {}, texts.say(title)),
    element('p', {}, element('strong', {}, row.number), ` · ${texts.say(`form.${row.service}.title`)}`),
    ...content, element('p', { class: 'hint' }, texts.say('staff.print.made', { when: texts.when(Date.now() / 1000) })),
  );
  document.body.append(sheet);
  addEventListener('afterprint', () => sheet.remove(), { once: true });
  window.print();
}
