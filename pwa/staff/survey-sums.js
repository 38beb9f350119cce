/** Sums of the survey's answers by month and service: what is kept of them once they were opened. */

import { dayAt } from '../pins.js';

/** @typedef {Record<string, any>} Answers by the form's keys */
/** @typedef {[string, string, Record<string, number[]>, Record<string, Record<string, number>>]} Row month, service, elements, people */

const ELEMENTS = ['persyaratan', 'prosedur', 'waktu', 'biaya', 'produk', 'kompetensi', 'perilaku', 'sarana', 'pengaduan'];
const PEOPLE = ['jenis_kelamin', 'usia', 'pendidikan', 'pekerjaan'];
const OTHER = 'lainnya';

export class Sums {
  constructor() {
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    this.count = 0;
  }

  /** Add one person's answers; gives false for what leaves an element out. @param {number} at in seconds @param {Answers} answers */
  add(at, answers) {
    const given = ELEMENTS.map((key) => Number(answers[key]));
    if (!given.every((answer) => [1, 2, 3, 4].includes(answer))) return false;
    const [, , elements, people] = this.#row(dayAt(at).slice(0, 7), answers.layanan ?? OTHER);
    for (const [place, key] of ELEMENTS.entries()) elements[key][given[place] - 1] += 1;
    for (const key of PEOPLE.filter((name) => answers[name])) {
      const sums = (people[key] ??= {});
      sums[answers[key]] = (sums[answers[key]] ?? 0) + 1;
    }
    this.count += 1;
    return true;
  }

  /** @param {string} month @param {string} service */
  #row(month, service) {
    const key = `${month} ${service}`;
    const row = this.rows.get(key) ?? /** @type {Row} */ ([month, service, Object.fromEntries(ELEMENTS.map((one) => [one, [0, 0, 0, 0]])), {}]);
    this.rows.set(key, row);
    return row;
  }

  toJSON() {
    return [...this.rows.values()];
  }
}
