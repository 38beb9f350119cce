/** The end of a day: what was sealed, what the office has, what is in a file, what is open, and the list's farewell. */

import { confirmButton } from '../components/confirm-button.js';
import { dayFirst } from '../day-first.js';
import { button, element } from '../element.js';
import { text } from '../text.js';
import { countsOf, isWithOffice } from './progress.js';

/** @typedef {import('./days.js').Day} Day */
/** @typedef {import('./progress.js').Standing} Standing */

const PLAIN = { class: 'button button-plain' };
const ROWS = /** @type {const} */ (['all', 'sent', 'sealed', 'filed', 'refused', 'filling', 'waiting', 'handed', 'unhanded']);

/**
 * The summary, which is also what is printed.
 * @param {Day} day @param {Standing[]} people @param {{refresh(said: string): unknown, clear(): unknown}} actions
 */
export function dayEnd(day, people, { refresh, clear }) {
  const counts = countsOf(people);
  if (!counts.done && !counts.filling) return null;
  const said = element('p', { role: 'status' });
  const share = async () => {
    const carrying = await import('../bundle-export.js').catch(() => null);
    if (!carrying) return said.replaceChildren(text('app.later'));
    await carrying.shareOutbox();
    return refresh(text('volunteer.end.filed.done'));
  };
  return element('section', { class: 'stack', 'aria-labelledby': 'day-end', 'data-day-end': true },
    element('h2', { id: 'day-end' }, text('volunteer.end.title')),
    element('dl', { class: 'answers', 'data-counts': true }, ...ROWS.map((row) =>
      element('div', { 'data-count': row }, element('dt', {}, text(`volunteer.end.${row}`)), element('dd', {}, String(counts[row]))))),
    openNames(people),
    element('p', { class: 'cluster no-print' },
      counts.sealed ? button(text('app.mine.export'), share, { 'data-action': 'day-file' }) : null,
      button(text('volunteer.end.print'), () => printSummary(day, people), { ...PLAIN, 'data-action': 'print-day' })),
    said,
    isWithOffice(counts) ? confirmButton({
      label: text('volunteer.end.clear'), act: clear,
      question: [counts.unhanded ? text('volunteer.end.unhanded-still', { count: counts.unhanded }) : '', text('volunteer.end.clear.sure')].join(' ').trim(),
    }) : element('p', { class: 'notice urgent' }, text('volunteer.end.stays', { count: counts.sealed + counts.refused + counts.filling })));
}

/** Who is still open, and how. @param {Standing[]} people */
function openNames(people) {
  const open = people.filter(({ stage, isHanded }) => stage !== 'ended' && (stage !== 'sent' || !isHanded));
  if (!open.length) return null;
  const isOpen = document.querySelector('[data-open-names][open]') !== null;
  return element('details', { class: 'stack', open: isOpen, 'data-open-names': true }, element('summary', {}, text('volunteer.end.open', { count: open.length })),
    element('ul', {}, ...open.map((person) => element('li', {}, person.name, ': ', stageText(person)))));
}

/** @param {Standing} person */
const stageText = ({ stage, isHanded }) =>
  [text(`volunteer.stage.${stage}`), isHanded ? text('volunteer.stage.handed') : ''].filter(Boolean).join(', ');

/** A sheet as it would be kept on paper: everybody with a line, the sums, and a place to sign. @param {Day} day @param {Standing[]} people */
async function printSummary(day, people) {
  const { printAlone } = await import('./printing.js');
  const counts = countsOf(people);
  await printAlone('sheet', element('div', { class: 'day-sheet stack' },
    element('h1', {}, text('volunteer.day.title', { place: day.place, date: dayFirst(day.date) })),
    element('p', {}, [day.purpose, text(`form.${day.service}.title`)].filter(Boolean).join(' · ')),
    element('table', {},
      element('thead', {}, element('tr', {}, ...['no', 'name', 'stage', 'number'].map((head) => element('th', { scope: 'col' }, text(`volunteer.end.head.${head}`))))),
      element('tbody', {}, ...people.map((person, at) => element('tr', {}, element('td', {}, String(at + 1)), element('td', {}, person.name),
        element('td', {}, stageText(person)), element('td', {}, person.number ?? ''))))),
    element('ul', {}, ...ROWS.map((row) => element('li', {}, `${text(`volunteer.end.${row}`)}: ${counts[row]}`))),
    element('p', {}, text('volunteer.end.signed'))));
}
