/**
 * Saving the chosen list as a file: with or without what was answered, for a spreadsheet or for programs. Before anything
 * is opened it is said what the file will hold, and who sits there proves it; what is saved is kept in the audit by count.
 */

import { download } from '../components/save-file.js';
import { button, element } from '../element.js';
import { dayAt, office } from '../pins.js';
import { CaseOpener } from './case-opener.js';
import { knownRows, openedRows } from './case-rows.js';
import { toCsv, toXlsx } from './spreadsheet.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./texts.js').Texts} Texts */
/**
 * @typedef {import('./case-rows.js').Desk & {login: string, onError: (error: unknown) => string}} Desk
 * @typedef {{filter: string, typed: string, n: number | null, read: (signal: AbortSignal) => Promise<CaseRow[]>}} Chosen
 * `filter` and `typed`: by what the list was chosen, and what was looked for; `n`: how many, where that is known
 */

const PLAIN = { class: 'button button-plain' };
const WRITERS = { xlsx: toXlsx, csv: toCsv };

/** Ask what to save, and save it. @param {Desk} desk @param {Chosen} chosen */
export function openSaving(desk, chosen) {
  const { texts } = desk;
  const stopping = new AbortController();
  const $bar = element('progress', { 'aria-label': texts.say('staff.table.bar') });
  const $said = element('p', { role: 'status' });
  const $problem = element('p', { class: 'error', role: 'alert' });
  const $warning = element('p', { class: 'notice', 'data-warning': true });
  const $save = element('button', { class: 'button' }, texts.say('staff.table.save'));
  const $form = element(
    'form', { class: 'stack', novalidate: true },
    element('h2', { id: 'table-title' }, texts.say('staff.table.title')),
    element('p', {}, chosen.filter, chosen.n === null ? '' : ` · ${texts.say('staff.table.count', { n: chosen.n })}`),
    choice(texts, 'columns', ['known', 'answers']), choice(texts, 'ending', ['xlsx', 'csv']),
    $warning, $problem, element('div', { class: 'stack near', hidden: true }, $bar, $said),
    element('div', { class: 'cluster' }, $save, button(texts.say('staff.cancel'), () => $dialog.close(), PLAIN)),
  );
  const $dialog = element('dialog', { 'aria-labelledby': 'table-title', 'data-save-list': true }, $form);
  const chosenOf = (/** @type {string} */ name) => String(new FormData($form).get(name));
  const warn = () => { $warning.textContent = texts.say(`staff.table.warning.${chosenOf('columns')}`); };

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if ($save.disabled) return;
    $save.disabled = true;
    $problem.textContent = '';
    const $progress = /** @type {HTMLElement} */ ($bar.parentElement);
    $progress.hidden = false;
    try {
      const told = (/** @type {number} */ n, /** @type {number} */ all) => {
        Object.assign($bar, { max: all, value: n });
        $said.textContent = texts.say('staff.table.opening', { n, all });
      };
      const how = { isOpened: chosenOf('columns') === 'answers', ending: /** @type {'xlsx' | 'csv'} */ (chosenOf('ending')) };
      const name = await make(desk, chosen, { ...how, signal: stopping.signal, told });
      $form.replaceChildren(element('p', { role: 'status', tabindex: -1, autofocus: true }, texts.say('staff.table.done', { name })),
        element('p', {}, $warning.textContent), button(texts.say('staff.table.close'), () => $dialog.close()));
      $form.querySelector('p')?.focus();
    } catch (error) {
      if (!stopping.signal.aborted) $problem.textContent = desk.onError(error);
    }
    $progress.hidden = true;
    $save.disabled = false;
  };

  $form.addEventListener('submit', submit);
  $form.addEventListener('change', warn);
  $dialog.addEventListener('close', () => {
    stopping.abort();
    $dialog.remove();
  });
  document.body.append($dialog);
  warn();
  $dialog.showModal();
}

/** @param {Texts} texts @param {string} name @param {string[]} values the first is chosen */
function choice(texts, name, values) {
  const options = values.map((value, at) => element(
    'label', { class: 'choice' }, element('input', { type: 'radio', name, value, checked: at === 0 }),
    element('span', {}, texts.say(`staff.table.${name}.${value}`)),
  ));
  return element('fieldset', { class: 'field stack near' }, element('legend', {}, texts.say(`staff.table.${name}`)), ...options);
}

/**
 * Make the file and hand it over; its name.
 * @param {Desk} desk @param {Chosen} chosen
 * @param {{isOpened: boolean, ending: 'xlsx' | 'csv', signal: AbortSignal, told: (n: number, all: number) => void}} how
 */
async function make(desk, chosen, { isOpened, ending, signal, told }) {
  const rows = await chosen.read(signal);
  signal.throwIfAborted();
  await desk.api.noteListExport({ cases: rows.length, columns: isOpened ? 'answers' : 'known', ending });
  const pause = async () => {
    await new Promise((resume) => setTimeout(resume));
    if (desk.keys.isForgotten) throw new DOMException('locked', 'AbortError');
    signal.throwIfAborted();
  };
  const onOpened = (/** @type {number} */ n) => {
    told(n, rows.length);
    return pause();
  };
  const opener = new CaseOpener(desk);
  signal.addEventListener('abort', () => opener.stop());
  const { heads, rows: cells, shut } = isOpened ? await openedRows(rows, desk, { opener, onOpened }) : knownRows(rows, desk);
  const about = { title: desk.texts.say('staff.table.about'), rows: await aboutRows(desk, chosen, { n: rows.length, isOpened, shut }) };
  const table = { title: desk.texts.say('staff.list.title'), about, heads, rows: cells };
  const blob = await WRITERS[ending](table, pause);
  await pause();
  const name = `rantau-${dayAt(Date.now() / 1000)}-${isOpened ? 'data' : 'list'}.${ending}`;
  download(blob, name);
  return name;
}

/** What the file says of itself. @param {Desk} desk @param {Chosen} chosen @param {{n: number, isOpened: boolean, shut: number}} made */
async function aboutRows({ texts, login }, { filter, typed }, { n, isOpened, shut }) {
  const say = (/** @type {string} */ key) => texts.say(`staff.table.${key}`);
  const looked = typed && isOpened ? `${filter}: ${typed}` : filter; // what was looked for may be a name
  const isRehearsal = document.querySelector('.rehearsal') !== null;
  return [
    ...(isRehearsal ? [['LATIHAN', texts.say('staff.rehearsal.mark')]] : []),
    [say('what'), say(`columns.${isOpened ? 'answers' : 'known'}`)],
    [say('office'), (await office()).name],
    [say('made'), `${texts.when(Date.now() / 1000)}, ${login}`],
    [say('filter'), looked],
    [say('cases'), n],
    ...(shut ? [[say('shut'), shut]] : []),
    [say('keep'), say(`warning.${isOpened ? 'answers' : 'known'}`)],
  ];
}
