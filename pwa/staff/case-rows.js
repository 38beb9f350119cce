/**
 * The cases of the list as rows of a table: what the list itself knows, and, where that is asked for, what was answered,
 * opened here. What this officer cannot open is not in it; the row says why.
 */

import { dayAt } from '../pins.js';

/** @typedef {import('./case-index.js').CaseIndex} CaseIndex */
/** @typedef {import('./spreadsheet.js').Cell} Cell */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').WorkRow} WorkRow */
/** @typedef {import('./texts.js').Texts} Texts */
/**
 * @typedef {{api: import('./staff-api.js').StaffApi, texts: Texts, keys: import('./keys.js').Keys, index: CaseIndex,
 *   assigned: (id: string) => string | undefined}} Desk
 * @typedef {{heads: string[], rows: Iterable<Cell[]>, shut: number}} Rows `shut`: cases whose answers could not be opened
 */

const ASKED = 50; // cases asked for and opened at once

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
 * @param {CaseRow[]} rows @param {Desk} desk
 * @param {{opener: import('./case-opener.js').CaseOpener, onOpened: (n: number) => Promise<void>}} how `onOpened` is told how
 *   many are done, and lets the page have its turn; it throws when nobody wants them any more
 * @returns {Promise<Rows>}
 */
export async function openedRows(rows, desk, { opener, onOpened }) {
  const { texts } = desk;
  const columns = new Columns();
  /** @type {{note: string, places: number[], cells: Cell[]}[]} */
  const opened = [];
  try {
    for (let at = 0; at < rows.length; at += ASKED) {
      const asked = rows.slice(at, at + ASKED);
      for (const made of await opener.make('cells', asked.map((row) => [row.case, keptOf(row, desk)]))) {
        const { note, questions, cells } = made ?? { note: texts.say('staff.shut.erased'), questions: '', cells: [] };
        opened.push({ note, places: columns.placesOf(questions), cells });
      }
      await onOpened(opened.length);
    }
  } finally {
    opener.rest();
  }
  return {
    heads: [...knownHeads(texts), texts.say('staff.table.note'), ...columns.heads],
    rows: {
      *[Symbol.iterator]() {
        for (const [at, { note, places, cells }] of opened.entries()) {
          const answers = columns.heads.map(() => /** @type {Cell} */ (null));
          for (const [n, place] of places.entries()) answers[place] = cells[n];
          yield [...known(rows[at], desk), note || null, ...answers];
        }
      },
    },
    shut: opened.filter(({ cells }) => cells.length === 0).length,
  };
}

/** A column for every question, in the order in which they come; cases that were asked the same share their list of places. */
class Columns {
  /** @type {string[]} */
  heads = [];
  /** @type {Map<string, number>} */
  #places = new Map();
  /** @type {Map<string, number[]>} */
  #lists = new Map();

  /** @param {string} questions as `Cells` has them */
  placesOf(questions) {
    const places = this.#lists.get(questions) ?? questions.split('\n').filter(Boolean).map((question) => this.#placeOf(question));
    this.#lists.set(questions, places);
    return places;
  }

  /** @param {string} question */
  #placeOf(question) {
    const place = this.#places.get(question) ?? this.heads.push(question.slice(question.indexOf(' ') + 1)) - 1;
    this.#places.set(question, place);
    return place;
  }
}

/** @param {Texts} texts */
const knownHeads = (texts) => Object.keys(KNOWN).map((name) => texts.say(`staff.table.column.${name}`));

/** @param {CaseRow} row @param {Desk} desk */
const known = (row, desk) => Object.values(KNOWN).map((cell) => cell(row, desk));

/** What is sealed of a case, if it was read for the search and stands. @param {CaseRow} row @param {Desk} desk */
const keptOf = ({ case: id, versions }, { index }) =>
  (index.cases.get(id)?.row.versions === versions ? index.sealed.get(id) ?? null : null);

/** @param {string} iso */
const day = (iso) => new Date(`${iso}T00:00:00Z`);
