/** The list of what to bring, what it costs and what comes next: to read, to print by itself, and to share as text. */

import { checklist, loadValues } from '../checklist.js';
import { dayFirst } from '../day-first.js';
import { button, element } from '../element.js';
import { today } from '../pins.js';
import { language, loadMore, text } from '../text.js';

/** @import {Answer} from "../form.js" */
/** @typedef {import('../checklist.js').Checklist} Checklist */
/** @typedef {import('../checklist.js').Value} Value */
/** @typedef {{form: any, answers: Record<string, Answer>}} Answered */
/** @typedef {{title: string, lines: [string, string?][]}} Part a line, and what is said small beside it */

/**
 * A button that opens the list; it needs nothing from the net on a phone that has the other applications. Where what it
 * needs is not here yet there is none, and nothing in its place.
 * @param {() => Promise<Answered>} answered @returns {Promise<HTMLElement | ''>}
 */
export async function checklistButton(answered) {
  const values = await loadMore('forms').then(() => loadValues(language())).catch(() => undefined);
  if (!values) return '';
  const open = async () => {
    const { form, answers } = await answered();
    const list = checklist(form, answers, values, { today: today() });
    show(/** @type {HTMLElement} */ (root.closest('main')), root, view(text(form.title), list));
  };
  const root = button(text('checklist.open'), () => void open(), { class: 'button button-plain', 'data-action': 'checklist' });
  return root;
}

/**
 * Put it in the place of everything else, so that printing prints it alone.
 * @param {HTMLElement} main @param {HTMLElement} opener @param {(close: () => void) => HTMLElement} make
 */
function show(main, opener, make) {
  const behind = /** @type {HTMLElement[]} */ ([...main.children]).filter((part) => !part.hidden);
  const page = make(close);
  function close() {
    window.removeEventListener('popstate', close);
    page.remove();
    for (const part of behind) part.hidden = false;
    opener.focus();
  }
  window.addEventListener('popstate', close);
  for (const part of behind) part.hidden = true;
  main.append(page);
  page.querySelector('h1')?.focus();
  scrollTo(0, 0);
}

/** @param {string} title @param {Checklist} list */
const view = (title, list) => (/** @type {() => void} */ close) => {
  const parts = partsOf(list);
  const said = element('p', { role: 'status' });
  return element('div', { class: 'stack', 'data-checklist': true },
    element('h1', { tabindex: -1 }, text('checklist.title')), element('p', {}, title),
    ...parts.map(({ title: head, lines }) => element('section', { class: 'section stack near' },
      element('h2', {}, head), element('ul', {}, ...lines.map(([line, small]) => element('li', {}, line,
        ...(small ? [element('br'), element('small', {}, small)] : [])))))),
    element('p', { class: 'cluster' },
      button(text('checklist.print'), () => print(), { 'data-action': 'print' }),
      button(text('checklist.share'), async () => { said.textContent = await share(asText(title, parts)); }, { 'data-action': 'share' }),
      button(text('checklist.back'), close, { class: 'button button-plain', 'data-action': 'close' })), said);
};

/** @param {Checklist} list @returns {Part[]} */
function partsOf({ papers, fees, times, next, total }) {
  const photo = (/** @type {{kind?: string | null}} */ paper) => (paper.kind ? text('checklist.photo') : undefined);
  /** @type {Part[]} */
  const parts = [
    { title: text('checklist.papers'), lines: papers.map((paper) =>
      [text(paper.label) + (paper.required ? '' : ` ${text('checklist.maybe')}`), photo(paper)]) },
    { title: text('checklist.fees'), lines: fees.map((fee) => [`${fee.label}: ${money(fee.amount)}`, source(fee)]) },
    { title: text('checklist.times'), lines: times.map((time) => [[days(time), time.label].filter(Boolean).join(' '), source(time)]) },
    ...next.map((value) => ({ title: value.label, lines: /** @type {[string, string?][]} */ ([
      ...(value.steps ?? []).map((step) => [step]), [source(value)]]) })),
  ];
  if (fees.length > 1 && total) parts[1].lines.push([`${text('checklist.total')}: ${money(total)}`]);
  return parts.filter(({ lines }) => lines.length);
}

/** @param {number | undefined} amount */
const money = (amount) => (amount === undefined ? text('checklist.ask') : `Rp${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')}`);

/** @param {Value} value */
const days = ({ days: count }) => (count ? text('checklist.days', { n: count.join('–') }) : '');

/** By which law, since when, read where and last looked at on which day; and what of it nobody confirmed. @param {Value} value */
function source({ law, since, source: place, checked, unverified }) {
  const from = since ? ` ${text('checklist.since', { date: dayFirst(since) })}` : '';
  const said = text('checklist.source', { law: law + from, source: place, date: dayFirst(checked) });
  return unverified ? `${text('checklist.unverified')} ${unverified} ${said}` : said;
}

/** @param {string} title @param {Part[]} parts */
const asText = (title, parts) =>
  [`${text('checklist.title')}: ${title}`, ...parts.map(({ title: head, lines }) =>
    [head, ...lines.map(([line, small]) => `- ${line}${small ? ` (${small})` : ''}`)].join('\n'))].join('\n\n');

/** Through the phone's own sharing, else to the clipboard; says what became of it. @param {string} written */
async function share(written) {
  try {
    const canShare = 'share' in navigator;
    await (canShare ? navigator.share({ text: written }) : /** @type {any} */ (navigator).clipboard.writeText(written));
    return canShare ? '' : text('checklist.copied');
  } catch (error) {
    return /** @type {Error} */ (error).name === 'AbortError' ? '' : text('checklist.not-shared');
  }
}
