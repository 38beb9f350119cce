/** A workbench in a worker of its own, so that a form goes on taking keys while a photograph is worked on. */

import { ImageError } from './image-limits.js';
import { Workbench } from './workbench.js';

/** @typedef {{n: number, deed: 'open' | 'make', argument: any}} Task */
/** @typedef {{n: number, result?: any, reason?: string}} Outcome a `reason` of an `ImageError`, or empty */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const bench = new Workbench();

scope.addEventListener('message', async (/** @type {MessageEvent<Task>} */ { data: { n, deed, argument } }) => {
  try {
    const result = await bench[deed](argument);
    scope.postMessage({ n, result });
  } catch (error) {
    scope.postMessage({ n, reason: error instanceof ImageError ? error.reason : '' });
  }
});
scope.postMessage({ n: 0 }); // a worker that cannot load its modules never says so
