/**
 * The cases of the list as rows of a table: what the list itself knows, and, where that is asked for, what was answered,
 * opened here. What this officer cannot open is not in it; the row says why.
 */

import { isRealDate } from '../answers.js';
import { dayAt } from '../pins.js';
import { questions } from './answer-text.js';
import { openCase } from './open-case.js';

/** @typedef {import('./case-index.js').CaseIndex} CaseIndex */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./spreadsheet.js').Cell} Cell */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').WorkRow} WorkRow */
/** @typedef {import('./texts.js').Texts} Texts */
/**
 * @typedef {{api: import('./staff-api.js').StaffApi, texts: Texts, keys: import('./keys.js').Keys, index: CaseIndex,
 *   assigned: (id: string) => string | undefined}} Desk
 * @typedef {{heads: string[], rows: Iterable<Cell[]>, shut: number}} Rows `shut`: cases whose answers could not be opened
 */

const ASKED = 50; // cases asked for at once
const OPENED = 10; // cases opened between two pauses

/** What the list knows, nothing of it personal. @type {Record<string, (row: CaseRow & Partial<WorkRow>, desk: Desk) => Cell>} */
const KNOWN = {
  number: ({ number }) => number,
  service: ({ service }, { texts }) => texts.say(`form.${service}.title`),
  state: ({ state }, { texts }) => texts.name('step', state),
  turn: ({ waits_for: turn }, { texts }) => (turn ? texts.say(`staff.table.turn.${turn}`) : null),
  due: ({ due }) => (due ? day(due) : null),
  received: ({ received }) => day(dayAt(received)),
  last: ({ last_at }) => day(dayAt(last_at)),
  officer: ({ case: id }, { assigned }) => assigned(id) ?? null,
  area: ({ area }, { texts }) => (area ? texts.region(area) : null),
  'area-code': ({ area }) => area,
  channel: ({ channel }, { texts }) => texts.name('staff.channel', channel),
  versions: ({ versions }) => versions,
  waiting: ({ waiting }) => waiting,
};

/** Cases without anything personal. @param {CaseRow[]} rows @param {Desk} desk @returns {Rows} */
export function knownRows(rows, desk) {
  const made = { *[Symbol.iterator]() { for (const row of rows) yield known(row, desk); } };
  return { heads: knownHeads(desk.texts), rows: made, shut: 0 };
}

/**
 * Cases with everything that was answered last, a column a question; questions of several forms that are the same share one.
 * @param {CaseRow[]} rows @param {Desk} desk @param {(n: number) => Promise<void>} onOpened is told how many are done, and
 *   lets the page have its turn; it throws when nobody wants them any more
 * @returns {Promise<Rows>}
 */
export async function openedRows(rows, desk, onOpened) {
  /** @type {Map<string, string>} the heading of every column, by question */
  const columns = new Map();
  /** @type {{note: string, cells: Map<string, Cell>}[]} */
  const opened = [];
  for (let at = 0; at < rows.length; at += ASKED) {
    const asked = rows.slice(at, at + ASKED);
    const sealed = await sealedOf(asked, desk);
    for (let begin = 0; begin < asked.length; begin += OPENED) {
      const some = asked.slice(begin, begin + OPENED);
      const done = await Promise.all(some.map((row) => answersOf(row, sealed.get(row.case), desk)));
      // In the order of the list, and not in that in which they happened to open.
      for (const { labels } of done) for (const [key, label] of labels) columns.set(key, label);
      opened.push(...done);
      await onOpened(opened.length);
    }
  }
  const keys = [...columns.keys()];
  return {
    heads: [...knownHeads(desk.texts), desk.texts.say('staff.table.note'), ...columns.values()],
    rows: {
      *[Symbol.iterator]() {
        for (const [at, { note, cells }] of opened.entries()) {
          yield [...known(rows[at], desk), note || null, ...keys.map((key) => cells.get(key) ?? null)];
        }
      },
    },
    shut: opened.filter(({ cells }) => cells.size === 0).length,
  };
}

/** @param {Texts} texts */
const knownHeads = (texts) => Object.keys(KNOWN).map((name) => texts.say(`staff.table.column.${name}`));

/** @param {CaseRow} row @param {Desk} desk */
const known = (row, desk) => Object.values(KNOWN).map((cell) => cell(row, desk));

/** What is sealed of some cases: of what was read for the search already, or else of the office. @param {CaseRow[]} rows @param {Desk} desk */
async function sealedOf(rows, { api, index }) {
  /** @type {Map<string, Omit<RawCase, 'events'>>} */
  const found = new Map();
  for (const { case: id, versions } of rows) {
    const kept = index.cases.get(id)?.row.versions === versions ? index.sealed.get(id) : undefined;
    if (kept) found.set(id, kept);
  }
  const others = rows.map((row) => row.case).filter((id) => !found.has(id));
  const asked = others.length ? (await api.indexOf(others)).sealed : {};
  return new Map([...found, ...Object.entries(asked)]);
}

/**
 * What was answered in the version that stands, with the questions' labels, or why it stays shut.
 * @param {CaseRow} row @param {Omit<RawCase, 'events'> | undefined} sealed @param {Desk} desk
 */
async function answersOf(row, sealed, { api, texts, keys }) {
  /** @type {Map<string, Cell>} */
  const cells = new Map();
  /** @type {Map<string, string>} */
  const labels = new Map();
  if (!sealed) return { note: texts.say('staff.shut.erased'), cells, labels };
  const { versions, leaves } = await openCase(row.case, { ...sealed, events: [] }, keys, (service, name) => api.form(service, name));
  const standing = leaves.find(({ answers }) => answers);
  if (!standing) return { note: texts.say(`staff.shut.${(leaves[0] ?? versions.at(-1))?.failure ?? 'erased'}`), cells, labels };
  for (const { name, label, field, answer, text } of questions(standing.form, standing.answers, texts)) {
    const key = `${name} ${label}`;
    labels.set(key, label);
    cells.set(key, typed(field.control, answer, text));
  }
  return { note: leaves.length > 1 ? texts.say('staff.table.several', { n: leaves.length }) : '', cells, labels };
}

/** @param {string} control @param {import('../form.js').Answer} answer @param {string} text @returns {Cell} */
function typed(control, answer, text) {
  if (control === 'date' && isRealDate(answer)) return day(answer); // nobody looked at what was sealed
  return control === 'number' && typeof answer === 'number' ? answer : text || null;
}

/** @param {string} iso */
const day = (iso) => new Date(`${iso}T00:00:00Z`);
