/**
 * What this officer may open, opened and kept for looking it up: in this page's memory alone, from the moment the desk is
 * unlocked until it is locked. It is read in the background; which cases share a NIK comes of it too.
 */

import { element } from '../element.js';
import { questions } from './answer-text.js';
import { openCase } from './open-case.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {{row: CaseRow, why: string}} Found `why`: the answer in which it was found */
/**
 * @typedef {{row: CaseRow, number: string, plain: string, said: string, nik: string | null, versions: number}} Indexed
 * `said`: what was answered, a line each, and `plain` the same as everybody types it
 */

const BATCH = 20; // cases opened before the page gets its turn
const ASKED = 50; // cases asked for at once

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
    /** @type {Map<string, Omit<RawCase, 'events'>>} what is sealed of each, for when the office is away */
    this.sealed = new Map();
    /** @type {Map<string, Set<string>>} cases by NIK */
    this.byNik = new Map();
    /** @type {{n: number, all: number} | null} how far the reading is; null when it is done */
    this.read = null;
    /** @type {Promise<void> | null} */
    this.reading = null;
    this.$bar = element('progress', { hidden: true, 'aria-label': texts.say('staff.search.bar') });
  }

  /** Read everything, once; what failed is read again the next time. */
  start() {
    this.reading ??= this.#readAll().catch((error) => {
      this.reading = null;
      throw error;
    });
    return this.reading;
  }

  /** Forget it for good. */
  stop() {
    this.#forget();
    this.reading = Promise.resolve();
  }

  /** Forget it and read everything anew. */
  renew() {
    this.#forget();
    this.reading = null;
    return this.start();
  }

  /**
   * Read what came since, and forget the answers of what is no longer open.
   * @param {CaseRow[]} open every case that is
   */
  async follow(open) {
    if (this.read || !this.reading) return;
    const ids = new Set(open.map((row) => row.case));
    for (const [id, { said }] of this.cases) if (said && !ids.has(id)) this.#drop(id);
    const fresh = open.filter((row) => this.cases.get(row.case)?.versions !== row.versions);
    const { cases } = this;
    for (let at = 0; at < fresh.length && cases === this.cases; at += ASKED) {
      const rows = fresh.slice(at, at + ASKED);
      const { sealed } = await this.api.indexOf(rows.map((row) => row.case));
      await this.#take(rows, sealed);
    }
    if (fresh.length) this.onNews();
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
    this.byNik = new Map();
    this.read = null;
    this.$bar.hidden = true;
  }

  async #readAll() {
    const { cases } = this;
    this.#progress(0, 0);
    for (let after = ''; cases === this.cases;) {
      const { rows, sealed, next, counts } = await this.api.index(after);
      if (cases !== this.cases) return;
      await this.#take(rows, sealed);
      this.#progress(cases.size, Object.values(counts).reduce((sum, count) => sum + count, 0));
      if (next === null) break;
      this.onNews();
      after = next;
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

  /** @param {CaseRow[]} rows @param {Record<string, Omit<RawCase, 'events'>>} sealed */
  async #take(rows, sealed) {
    const { cases } = this;
    for (let at = 0; at < rows.length; at += BATCH) {
      const read = await Promise.all(rows.slice(at, at + BATCH).map((row) => this.#indexed(row, sealed[row.case])));
      if (cases !== this.cases) return; // locked meanwhile, or begun anew
      for (const one of read) {
        this.#keep(one);
        if (sealed[one.row.case]) this.sealed.set(one.row.case, sealed[one.row.case]);
      }
      await new Promise((resume) => setTimeout(resume));
    }
  }

  /** @param {Indexed} one */
  #keep(one) {
    this.#drop(one.row.case);
    this.cases.set(one.row.case, one);
    if (!one.nik) return;
    const same = this.byNik.get(one.nik) ?? new Set();
    this.byNik.set(one.nik, same.add(one.row.case));
  }

  /** Leave of a case what is not personal. @param {string} id */
  #drop(id) {
    const one = this.cases.get(id);
    if (!one) return;
    if (one.nik) this.byNik.get(one.nik)?.delete(id);
    this.sealed.delete(id);
    this.cases.set(id, { ...one, plain: '', said: '', nik: null });
  }

  /** @param {CaseRow} row @param {Omit<RawCase, 'events'> | undefined} sealed @returns {Promise<Indexed>} */
  async #indexed(row, sealed) {
    const { api, keys, texts } = this;
    const known = { row, number: plain(row.number), versions: row.versions };
    if (!sealed) return { ...known, plain: '', said: '', nik: null };
    const { leaves } = await openCase(row.case, { ...sealed, events: [] }, keys, (service, name) => api.form(service, name));
    const asked = leaves.flatMap(({ form, answers }) => questions(form, answers, texts)).filter(({ text }) => text);
    const said = asked.map(({ label, text }) => `${label}: ${text.replace(/\s+/g, ' ')}`).join('\n');
    return { ...known, said, plain: asked.map(({ text }) => plain(text)).join('\n'), nik: nikOf(leaves[0]) };
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
  for (const { row, number: own, plain: all, said } of cases) {
    const isOld = row.formers.some((id) => id === caseId || id.startsWith(number.slice(0, 8))); // the ninth only checks
    if (isOld || row.case === caseId || own.replaceAll(' ', '').startsWith(number)) found.push({ row, why: '' });
    else if (words.every((word) => all.includes(word))) {
      const at = all.split('\n').findIndex((line) => words.every((word) => line.includes(word)));
      if (at >= 0) found.push({ row, why: said.split('\n')[at] });
    }
  }
  return found;
}

/** Letters and digits as everybody types them: without accents, capitals and punctuation. @param {string} text */
export const plain = (text) =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
