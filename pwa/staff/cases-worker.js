/** Opens cases beside the page, for `CaseOpener`. */

import { makeOfEach } from './case-answers.js';
import { Keys } from './keys.js';
import { StaffApi } from './staff-api.js';
import { Texts } from './texts.js';

/** @typedef {{seal: Keys['seal'], lang: string, texts: Texts['texts'], regions: Texts['regions']}} Desk by whom and how it is read */
/** @typedef {{n: number, what: keyof import('./case-answers.js').Made, cases: import('./case-answers.js').Given[]}} Task */
/** @typedef {{n: number, made: unknown[] | null}} Outcome null: it failed */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const api = new StaffApi('', async () => false); // nothing is sent from here
/** @type {import('./case-answers.js').Reader} */
let reader;

scope.addEventListener('message', async (/** @type {MessageEvent<Desk | Task>} */ { data }) => {
  if ('seal' in data) {
    const keys = new Keys(/** @type {any} */ (null), data.seal, new Map()); // no step is looked at here
    reader = { keys, texts: new Texts(data.lang, data.texts, data.regions), api };
    return;
  }
  const { n, what, cases } = data;
  const made = await makeOfEach(what, cases, reader).catch(() => null);
  scope.postMessage({ n, made });
});
