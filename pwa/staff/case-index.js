/**
 * What this officer may open, opened and kept for looking it up: in this page's memory alone, from the moment the desk is
 * unlocked until it is locked. It is read in the background; which cases share a NIK comes of it too. Of what ended it
 * is the newest, as many as the office tells; older ones are known by number and receipt code.
 */

import { element } from '../element.js';
import { questions } from './answer-text.js';
import { openCase } from './open-case.js';
import { isOpen } from './work.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {Awaited<ReturnType<import('./staff-api.js').StaffApi['index']>>} Page */
/** @typedef {{row: CaseRow, why: string}} Found `why`: the answer in which it was found */
/**
 * @typedef {{row: CaseRow, number: string, plain: string, said: string, labels: string[], nik: string | null, isRead: boolean}} Indexed
 * `said`: what was answered, a line each, `labels` the question of each line, and `plain` what was answered as everybody types
 * it; `isRead`: whether that was asked for
 */

const BATCH = 20; // cases opened before the page gets its turn
const ASKED = 50; // cases asked for at once
/** What is known of the answers of a case that is not read. @type {Pick<Indexed, 'plain' | 'said' | 'labels' | 'nik'>} */
const NOTHING = { plain: '', said: '', labels: [], nik: null };
const APOSTROPHES = /['`\u00b4\u02b9-\u02bf\u2018\u2019\u201b\u2032\uff07]/g; // as keyboards and papers write them, letters among them

export class CaseIndex {
  /**
   * @param {{api: import('./staff-api.js').StaffApi, texts: Texts, keys: import('./keys.js').Keys, onNews: () => void}} desk
   * `onNews` is called when more was read
   */
  constructor({ api, texts, keys, onNews }) {
    this.api = api;
    this.texts = texts;
    this.keys = keys;
    this.onNews = onNews;
    /** @type {Map<string, Indexed>} */
    this.cases = new Map();
    /** @type {Map<string, Omit<RawCase, 'events'>>} what is sealed of each that is open, for when the office is away */
    this.sealed = new Map();
    /** @type {Map<string, RawCase>} those that were opened, as the office told them then: what officers keep with them is of it */
    this.heard = new Map();
    /** @type {Map<string, Set<string>>} cases by NIK */
    this.byNik = new Map();
    /** @type {Map<string, string[]>} labels by themselves: those who answered the same questions share theirs */
    this.labels = new Map();
    /** @type {{n: number, all: number} | null} how far the reading is; null when it is done */
    this.read = null;
    /** @type {Promise<void> | null} */
    this.reading = null;
    this.$bar = element('progress', { hidden: true, 'aria-label': texts.say('staff.search.bar') });
  }

  /** Read everything, once; what failed is read again the next time. */
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
    if (this.read || !this.reading) return;
    const { cases } = this;
    const listed = new Map([...rows, ...ended].map((row) => [row.case, row]));
    const before = older > 0 ? (ended.at(-1)?.last_at ?? Infinity) : -Infinity;
    for (const [id, one] of cases) if (!listed.has(id)) this.#leave(one, before);
    const fresh = [...listed.values()].filter((row) => !this.#stands(row));
    for (let at = 0; at < fresh.length && cases === this.cases; at += ASKED) {
      const some = fresh.slice(at, at + ASKED);
      const { sealed } = await this.api.indexOf(some.map((row) => row.case));
      await this.#take(some, sealed, { isAll: true });
    }
    if (cases === this.cases) this.onNews();
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
    this.cases = new Map();
    this.sealed = new Map();
    this.heard = new Map();
    this.byNik = new Map();
    this.labels = new Map();
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
    this.#progress(0, 0);
    for (let page = first ?? (await this.api.index('')); cases === this.cases;) {
      const { rows, sealed, next, counts } = page;
      await this.#take(rows, sealed, { isAll: false });
      if (cases !== this.cases) return;
      this.#progress(cases.size, Object.values(counts).reduce((sum, count) => sum + count, 0));
      if (next === null) break;
      this.onNews();
      page = await this.api.index(next);
    }
    if (cases !== this.cases) return;
    this.read = null;
    this.$bar.hidden = true;
    this.onNews();
  }

  /** @param {number} n @param {number} all */
  #progress(n, all) {
    this.read = { n, all };
    this.$bar.hidden = false;
    if (all) Object.assign(this.$bar, { max: all, value: n });
  }

  /**
   * @param {CaseRow[]} rows @param {Record<string, Omit<RawCase, 'events'>>} sealed
   * @param {{isAll: boolean}} asked whether it is of all of them, also of those of which there is nothing any more
   */
  async #take(rows, sealed, { isAll }) {
    const { cases } = this;
    for (let at = 0; at < rows.length; at += BATCH) {
      const read = await Promise.all(rows.slice(at, at + BATCH).map((row) => this.#indexed(row, sealed[row.case])));
      if (cases !== this.cases) return; // locked meanwhile, or begun anew
      for (const one of read) {
        const { case: id } = one.row;
        this.#keep({ ...one, isRead: isAll || id in sealed });
        if (sealed[id] && isOpen(one.row)) this.sealed.set(id, sealed[id]);
      }
      await new Promise((resume) => setTimeout(resume));
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

  /** @param {Indexed} one */
  #keep(one) {
    this.#forgetAnswers(one.row.case);
    this.cases.set(one.row.case, one);
    if (!one.nik) return;
    const same = this.byNik.get(one.nik) ?? new Set();
    this.byNik.set(one.nik, same.add(one.row.case));
  }

  /**
   * Leave of a case what is not personal, if it ended before those that are read; else it is gone.
   * @param {Indexed} one @param {number} before Unix seconds
   */
  #leave(one, before) {
    const { row, isRead } = one;
    const isOlder = !isOpen(row) && row.last_at <= before;
    this.heard.delete(row.case);
    if (isOlder && !isRead) return;
    this.#forgetAnswers(row.case);
    if (isOlder) this.cases.set(row.case, { ...one, ...NOTHING, isRead: false });
    else this.cases.delete(row.case);
  }

  /** @param {string} id */
  #forgetAnswers(id) {
    const nik = this.cases.get(id)?.nik;
    if (nik) this.byNik.get(nik)?.delete(id);
    this.sealed.delete(id);
  }

  /** @param {CaseRow} row @param {Omit<RawCase, 'events'> | undefined} sealed @returns {Promise<Omit<Indexed, 'isRead'>>} */
  async #indexed(row, sealed) {
    const { api, keys, texts } = this;
    const known = { row, number: plain(row.number) };
    if (!sealed) return { ...known, ...NOTHING };
    const { leaves } = await openCase(row.case, { ...sealed, events: [] }, keys, (service, name) => api.form(service, name));
    const asked = leaves.flatMap(({ form, answers }) => questions(form, answers, texts)).filter(({ text }) => text);
    const said = asked.map(({ text }) => text.replace(/\s+/g, ' ')).join('\n');
    const labels = this.#shared(asked.map(({ label }) => label));
    return { ...known, said, labels, plain: asked.map(({ text }) => joined(text)).join('\n'), nik: nikOf(leaves[0]) };
  }

  /** @param {string[]} labels */
  #shared(labels) {
    const name = labels.join('\n');
    const found = this.labels.get(name) ?? labels;
    this.labels.set(name, found);
    return found;
  }
}

/** The applicant's own NIK: that of the field which is held against the own birth date. @param {OpenedVersion | undefined} leaf */
function nikOf(leaf) {
  const fields = leaf?.form?.sections.flatMap((section) => section.fields) ?? [];
  const own = fields.find(({ soft }) => soft?.some(({ rule }) => rule === 'nik-birth'));
  const answer = own && leaf?.answers?.[own.key];
  return typeof answer === 'string' && answer ? answer : null;
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

/** Letters and digits as everybody types them: without accents, capitals and punctuation. @param {string} text */
export const plain = (text) =>
  text.replace(APOSTROPHES, ' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/**
 * The same of what is looked through, with what an apostrophe or a hyphen parts as one word: NUR'AINI is found by `nuraini`
 * and, because a word is found anywhere, by `nur aini` too. @param {string} text
 */
export const joined = (text) => plain(text.replace(APOSTROPHES, '').replace(/(?<=[\p{L}\p{M}\p{N}])\p{Pd}(?=[\p{L}\p{N}])/gu, ''));
