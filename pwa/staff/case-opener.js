/**
 * Opening cases by the hundred, in a worker: the page answers meanwhile, and what each leaves behind in memory, some 35 KB,
 * goes with the worker, which is let go after so many, and not when the browser gets round to it.
 */

import { workerUrl } from '../worker-urls.js';
import { makeOfEach } from './case-answers.js';

/** @typedef {import('./case-answers.js').Given} Given */
/** @typedef {import('./case-answers.js').Made} Made */
/** @typedef {import('./case-answers.js').Reader} Reader */

const WORKER = '/pwa/staff/cases-worker.js';
const MOST = 150; // cases that one worker opens
const FEW = 20; // cases that are not worth a worker, which loads its scripts

export class CaseOpener {
  /** @param {Reader} reader */
  constructor(reader) {
    this.reader = reader;
    /** @type {Bench | null} */
    this.bench = null;
  }

  /**
   * Make something of each of these cases, as `makeOfEach` does; nothing of any when it is stopped meanwhile. What a worker
   * cannot do is done on the page.
   * @template {keyof Made} T
   * @param {T} what @param {Given[]} cases
   * @returns {Promise<(Made[T] | null)[]>}
   */
  async make(what, cases) {
    if (!cases.length) return [];
    const isOnPage = typeof Worker === 'undefined' || (!this.bench && cases.length <= FEW);
    const made = isOnPage ? null : await this.#inWorker(what, cases);
    return /** @type {(Made[T] | null)[] | null} */ (made) ?? makeOfEach(what, cases, this.reader); // which says what failed
  }

  /** Let the worker go, unless something is asked of it; the next case has another. */
  rest() {
    if (!this.bench?.waiting.size) this.stop();
  }

  /** Let the worker go at once, with the keys that it has. */
  stop() {
    this.bench?.stop();
    this.bench = null;
  }

  /** @param {keyof Made} what @param {Given[]} cases @returns {Promise<unknown[] | null>} null: it cannot */
  async #inWorker(what, cases) {
    this.bench ??= new Bench(this.reader);
    const { bench } = this;
    const made = await bench.ask(what, cases);
    if (bench.left <= 0) this.rest();
    return made;
  }
}

/** One worker and what is asked of it. */
class Bench {
  left = MOST;
  asked = 0;
  /** @type {Map<number, (made: unknown[] | null) => void>} */
  waiting = new Map();

  /** @param {Reader} reader */
  constructor({ keys, texts }) {
    this.worker = new Worker(workerUrl(WORKER), { type: 'module' });
    this.worker.onmessage = ({ data: { n, made } }) => this.#heard(n, made);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.left = 0;
      for (const n of this.waiting.keys()) this.#heard(n, null);
    };
    this.worker.postMessage({ seal: keys.seal, lang: texts.lang, texts: texts.texts, regions: texts.regions });
  }

  /** @param {string} what @param {Given[]} cases @returns {Promise<unknown[] | null>} */
  ask(what, cases) {
    const n = ++this.asked;
    this.left -= cases.length;
    this.worker.postMessage({ n, what, cases });
    return new Promise((resolve) => this.waiting.set(n, resolve));
  }

  stop() {
    this.worker.terminate();
    for (const n of this.waiting.keys()) this.#heard(n, []);
  }

  /** @param {number} n @param {unknown[] | null} made */
  #heard(n, made) {
    this.waiting.get(n)?.(made);
    this.waiting.delete(n);
  }
}
