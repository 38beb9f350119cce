/**
 * What this officer may open, opened and kept for looking it up: in this page's memory alone, from the moment the desk is
 * unlocked until it is locked. It is read in the background, what is open and what ended last before what ended long ago;
 * which cases share a NIK comes of it too.
 */

import { element } from '../element.js';
import { CaseOpener } from './case-opener.js';
import { plain } from './plain-words.js';
import { isOpen } from './work.js';

/** @typedef {import('./case-answers.js').Sealed} Sealed */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {Awaited<ReturnType<import('./staff-api.js').StaffApi['index']>>} Page */
/** @typedef {{row: CaseRow, why: string}} Found `why`: the answer in which it was found */
/**
 * @typedef {Omit<import('./case-answers.js').Answered, 'labels'> & {labels: string[]}} Answered
 * @typedef {Answered & {row: CaseRow, number: string, isRead: boolean}} Indexed `isRead`: whether what is sealed was asked for
 */

const OPENED = 50; // cases opened at once
const ASKED = 200; // cases asked for at once
const LISTED = 200; // rows of a page
const TOLD = 5; // pages from one telling of what was read to the next: the list is drawn anew for it
/** What is known of the answers of a case that is not read. @type {Answered} */
const NOTHING = { plain: '', said: '', labels: [], nik: null };

export class CaseIndex {
  /**
   * @param {{api: import('./staff-api.js').StaffApi, texts: Texts, keys: import('./keys.js').Keys, onNews: () => void}} desk
   * `onNews` is called when more was read
   */
  constructor({ api, texts, keys, onNews }) {
    this.api = api;
    this.onNews = onNews;
    this.opener = new CaseOpener({ keys, texts, api });
    /** @type {Map<string, Indexed>} */
    this.cases = new Map();
    /** @type {Map<string, Sealed>} what is sealed of each that is open, for when the office is away */
    this.sealed = new Map();
    /** @type {Map<string, RawCase>} those that were opened, as the office told them then: what officers keep with them is of it */
    this.heard = new Map();
    /** @type {Map<string, Set<string>>} cases by NIK */
    this.byNik = new Map();
    /** @type {Map<string, string[]>} labels by themselves: those who answered the same questions share theirs */
    this.labels = new Map();
    this.isListed = false; // whether every case is known, though what ended long ago is still to be read
    this.pages = 0; // that were read
    /** @type {{n: number, all: number} | null} how far the reading is; null when it is done */
    this.read = null;
    /** @type {Promise<void> | null} */
    this.reading = null;
    this.$bar = element('progress', { hidden: true, 'aria-label': texts.say('staff.search.bar') });
  }

  /** Read everything, once; what failed is read the next time. */
  start() {
    this.reading ??= this.#begin();
    return this.reading;
  }

  /** Forget it for good. */
  stop() {
    this.#forget();
    this.reading = Promise.resolve();
  }

  /** Read everything anew; what is known is forgotten once the office answers, for while it is away it is all there is. */
  async renew() {
    const { cases } = this;
    const first = await this.api.index('');
    if (cases !== this.cases) return; // locked meanwhile, or begun anew
    this.#forget();
    this.reading = this.#begin(first);
    await this.reading;
  }

  /**
   * Read what came since, take over where each case stands now, and forget what nobody may look at any more.
   * @param {{rows: CaseRow[], ended: CaseRow[], older: number}} work every case that is open, those that ended last, and how
   *   many ended before
   */
  async follow({ rows, ended, older }) {
    if (!this.isListed) return;
    const { cases } = this;
    const listed = new Map([...rows, ...ended].map((row) => [row.case, row]));
    const before = older > 0 ? (ended.at(-1)?.last_at ?? Infinity) : -Infinity;
    const others = [...cases.values()].map(({ row }) => row).filter((row) => !listed.has(row.case));
    const kept = others.filter((row) => !isOpen(row) && row.last_at <= before);
    for (const { case: id } of others) this.heard.delete(id);
    this.#keepOnly(new Set([...listed.keys(), ...kept.map((row) => row.case)]));
    await this.#readThese([...listed.values()].filter((row) => !this.#stands(row)));
    if (kept.length !== older && cases === this.cases) await this.#compare();
    if (cases !== this.cases) return;
    if (!this.read) this.opener.rest();
    this.onNews();
  }

  /** The other cases with the same NIK. @param {string} id @returns {CaseRow[]} */
  twins(id) {
    const nik = this.cases.get(id)?.nik;
    const others = [...(nik ? (this.byNik.get(nik) ?? []) : [])].filter((one) => one !== id);
    return others.flatMap((one) => this.cases.get(one)?.row ?? []);
  }

  /**
   * The cases whose number begins so, whose code it is, or in one of whose answers every word stands.
   * @param {string} typed @param {string | null} caseId that of the code, if one was typed
   */
  find(typed, caseId) {
    return find(this.cases.values(), typed, caseId);
  }

  #forget() {
    this.opener.stop();
    this.cases = new Map();
    this.sealed = new Map();
    this.heard = new Map();
    this.byNik = new Map();
    this.labels = new Map();
    this.isListed = false;
    this.pages = 0;
    this.read = null;
    this.$bar.hidden = true;
  }

  /** @param {Page} [first] */
  #begin(first) {
    const reading = this.#readAll(first).catch((error) => {
      if (this.reading === reading) this.reading = null;
      throw error;
    });
    return reading;
  }

  /** @param {Page} [first] what the office told already */
  async #readAll(first) {
    const { cases } = this;
    if (!this.isListed) await this.#readPages(first);
    if (cases === this.cases) await this.#readOlder();
    if (cases !== this.cases) return; // locked meanwhile, or begun anew
    this.opener.rest();
    this.read = null;
    this.$bar.hidden = true;
    this.onNews();
  }

  /** Read what is open and what ended last, and list the others. @param {Page} [first] */
  async #readPages(first) {
    const { cases } = this;
    this.read = { n: 0, all: 0 };
    this.$bar.hidden = false;
    for (let page = first ?? (await this.api.index('')); cases === this.cases;) {
      const { rows, sealed, next, counts } = page;
      await this.#take(rows, sealed, { isAll: false });
      if (cases !== this.cases) return;
      this.#progress(Object.values(counts).reduce((sum, count) => sum + count, 0));
      if (next === null) break;
      page = await this.api.index(next);
    }
    if (cases === this.cases) this.isListed = true;
  }

  /** Read what ended before those, the newest arrivals first. */
  async #readOlder() {
    const { cases } = this;
    const rows = [...cases.values()].filter(({ isRead }) => !isRead).map(({ row }) => row).reverse();
    const stands = (/** @type {CaseRow} */ row) => cases.get(row.case)?.row === row; // the office may tell more of it meanwhile
    for (let at = 0; at < rows.length; at += ASKED) {
      const some = rows.slice(at, at + ASKED).filter(stands);
      const made = await this.opener.make('answered', some.map((row) => [row.case, null]));
      if (cases !== this.cases) return;
      for (const [place, row] of some.entries()) if (stands(row)) this.#keep(row, made[place], true);
      this.#progress(cases.size);
    }
  }

  /**
   * What ended long ago is not told of one by one: hold it against everything that the office lists, because some of it was
   * erased, or more has ended than is told of.
   */
  async #compare() {
    const { cases } = this;
    /** @type {Map<string, CaseRow>} */
    const all = new Map();
    for (let after = /** @type {string | null} */ (''); after !== null;) {
      const { rows, next } = await this.api.cases({ after, limit: LISTED });
      if (cases !== this.cases) return;
      for (const row of rows) all.set(row.case, row);
      after = next;
    }
    this.#keepOnly(new Set(all.keys()));
    await this.#readThese([...all.values()].filter((row) => !cases.has(row.case)));
  }

  /** @param {number} all */
  #progress(all) {
    const n = [...this.cases.values()].filter(({ isRead }) => isRead).length;
    this.read = { n, all };
    this.$bar.hidden = false;
    Object.assign(this.$bar, { max: all, value: n });
    if (this.pages++ % TOLD === 0) this.onNews();
  }

  /** @param {CaseRow[]} rows */
  async #readThese(rows) {
    const { cases } = this;
    for (let at = 0; at < rows.length && cases === this.cases; at += ASKED) {
      const some = rows.slice(at, at + ASKED);
      const { sealed } = await this.api.indexOf(some.map((row) => row.case));
      if (cases === this.cases) await this.#take(some, sealed, { isAll: true });
    }
  }

  /**
   * @param {CaseRow[]} rows @param {Record<string, Sealed>} sealed
   * @param {{isAll: boolean}} asked whether it is of all of them, also of those of which there is nothing any more
   */
  async #take(rows, sealed, { isAll }) {
    const { cases } = this;
    for (let at = 0; at < rows.length; at += OPENED) {
      const some = rows.slice(at, at + OPENED);
      const there = some.filter((row) => row.case in sealed);
      const made = await this.opener.make('answered', there.map(({ case: id }) => [id, sealed[id]]));
      if (cases !== this.cases) return; // locked meanwhile, or begun anew
      const read = new Map(there.map((row, place) => [row, made[place]]));
      for (const row of some) this.#keep(row, read.get(row), isAll);
      for (const row of there) if (isOpen(row)) this.sealed.set(row.case, sealed[row.case]);
    }
  }

  /** Whether what is known of a case is what stands; its place among the others is taken over. @param {CaseRow} row */
  #stands(row) {
    const one = this.cases.get(row.case);
    if (!one?.isRead || one.row.versions !== row.versions) return false;
    one.row = row;
    if (!isOpen(row)) this.sealed.delete(row.case);
    return true;
  }

  /** @param {CaseRow} row @param {import('./case-answers.js').Answered | null | undefined} made @param {boolean} isAsked */
  #keep(row, made, isAsked) {
    const { case: id } = row;
    this.#forgetAnswers(id);
    const answered = made ? { ...made, labels: this.#shared(made.labels) } : NOTHING;
    this.cases.set(id, { ...answered, row, number: plain(row.number), isRead: isAsked || Boolean(made) });
    if (!made?.nik) return;
    const same = this.byNik.get(made.nik) ?? new Set();
    this.byNik.set(made.nik, same.add(id));
  }

  /** @param {Set<string>} ids */
  #keepOnly(ids) {
    for (const id of this.cases.keys()) {
      if (ids.has(id)) continue;
      this.#forgetAnswers(id);
      this.heard.delete(id);
      this.cases.delete(id);
    }
  }

  /** @param {string} id */
  #forgetAnswers(id) {
    const nik = this.cases.get(id)?.nik;
    if (nik) this.byNik.get(nik)?.delete(id);
    this.sealed.delete(id);
  }

  /** @param {string} labels a line each */
  #shared(labels) {
    const found = this.labels.get(labels) ?? labels.split('\n');
    this.labels.set(labels, found);
    return found;
  }
}

/**
 * @param {Iterable<Indexed>} cases @param {string} typed @param {string | null} caseId
 * @returns {Found[]}
 */
export function find(cases, typed, caseId) {
  const number = plain(typed).replaceAll(' ', '');
  const words = plain(typed).split(' ');
  const found = [];
  for (const { row, number: own, plain: all, said, labels } of cases) {
    const isOld = row.formers.some((id) => id === caseId || id.startsWith(number.slice(0, 8))); // the ninth only checks
    if (isOld || row.case === caseId || own.replaceAll(' ', '').startsWith(number)) found.push({ row, why: '' });
    else if (words.every((word) => all.includes(word))) {
      const at = all.split('\n').findIndex((line) => words.every((word) => line.includes(word)));
      if (at >= 0) found.push({ row, why: `${labels[at]}: ${said.split('\n')[at]}` });
    }
  }
  return found;
}
