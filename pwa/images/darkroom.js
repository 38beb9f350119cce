/** Where photographs are worked on: in a worker, or on this page in a browser that has no canvas for workers. */

import { workerUrl } from '../worker-urls.js';
import { ImageError } from './image-limits.js';

/** @import {Made, Opened} from './workbench.js' */
/** @typedef {{open(source: Blob | ImageBitmap): Promise<Opened>, make(wanted: any): Promise<Made>}} Bench */

const WORKER = '/pwa/images/image-worker.js';

export class Darkroom {
  /** @type {Worker | undefined} */
  worker;
  /** @type {Promise<Bench> | undefined} */
  bench;
  /** What waits for the worker. @type {Map<number, {resolve(value: any): void, reject(error: Error): void}>} */
  waiting = new Map();
  count = 0;

  /** Load what is needed while the person is still aiming. Safe to call twice. */
  start() {
    this.bench ??= typeof OffscreenCanvas === 'function' ? this.inWorker().catch((error) => (error instanceof ImageError ? Promise.reject(error) : onPage())) : onPage();
    this.bench.catch(() => {}); // whoever asks for it is told
  }

  /** Forget the photograph; what is under way comes to nothing, and nothing more is begun. */
  stop() {
    this.worker?.terminate();
    for (const { reject } of this.waiting.values()) reject(new ImageError('unreadable'));
    this.waiting.clear();
    this.bench = Promise.reject(new ImageError('unreadable'));
    this.bench.catch(() => {}); // whoever asks for it is told
  }

  /** Open a photograph. Throws an `ImageError`. @param {Blob | ImageBitmap} source @returns {Promise<Opened>} */
  async open(source) {
    this.start();
    return (await /** @type {Promise<Bench>} */ (this.bench)).open(source);
  }

  /**
   * Make what is sent of it. Throws an `ImageError`.
   * @param {{corners: import('./planes.js').Quad, kind: import('./paper-kinds.js').PaperKind}} wanted
   * @returns {Promise<Made>}
   */
  async make(wanted) {
    return (await /** @type {Promise<Bench>} */ (this.bench)).make(wanted);
  }

  /** @returns {Promise<Bench>} */
  async inWorker() {
    const worker = new Worker(workerUrl(WORKER), { type: 'module' });
    this.worker = worker;
    const isReady = this.outcome(0);
    worker.onerror = () => this.waiting.get(0)?.reject(new TypeError('no worker'));
    worker.onmessage = ({ data }) => this.heard(data);
    await isReady;
    return { open: (source) => this.ask('open', source), make: (wanted) => this.ask('make', wanted) };
  }

  /** @param {'open' | 'make'} deed @param {any} argument @returns {Promise<any>} */
  ask(deed, argument) {
    const n = ++this.count;
    const outcome = this.outcome(n);
    this.worker?.postMessage({ n, deed, argument }, argument instanceof Blob || !(argument instanceof ImageBitmap) ? [] : [argument]);
    return outcome;
  }

  /** @param {number} n */
  outcome(n) {
    return new Promise((resolve, reject) => this.waiting.set(n, { resolve, reject }));
  }

  /** @param {import('./image-worker.js').Outcome} outcome */
  heard({ n, result, reason }) {
    const asker = this.waiting.get(n);
    this.waiting.delete(n);
    if (reason === undefined) asker?.resolve(result);
    else asker?.reject(reason ? new ImageError(/** @type {any} */ (reason)) : new TypeError('the worker failed'));
  }
}

/** @returns {Promise<Bench>} */
const onPage = async () => new (await import('./workbench.js')).Workbench();
