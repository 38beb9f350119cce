/** The texts of the page's language, fetched once; code names a text by its key only. */

import { OfflineError } from './device-errors.js';

const AGAIN = 5_000; // milliseconds until the texts are asked for again

/** @type {Record<string, string>} */
const texts = {};
/** @type {Promise<void> | undefined} */
let loading;

/** The language of this page. */
export const language = () => document.documentElement.lang;

/**
 * Have the texts ready. Resolves without them when there is no signal: what is typed must be saved all the same.
 * @returns {Promise<void>}
 */
export function loadTexts() {
  loading ??= Promise.allSettled([addTexts(language()), addTexts(`online-${language()}`)]).then((parts) => {
    if (parts.some(({ status }) => status === 'rejected')) setTimeout(() => ((loading = undefined), loadTexts()), AGAIN);
  });
  return loading;
}

/** Have the texts of a part that few people need, beside the others. Throws `OfflineError`. @param {string} part */
export async function loadMore(part) {
  await loadTexts();
  await addTexts(`${part}-${language()}`);
}

/** @param {string} name */
async function addTexts(name) {
  const told = await fetch(`/text/${name}.json`).then((answer) => answer.json(), () => undefined);
  if (!told) throw new OfflineError();
  Object.assign(texts, told);
}

/** @param {string} key */
export const hasText = (key) => Object.hasOwn(texts, key);

/**
 * The text of a key with its placeholders filled; a key that nobody wrote shows itself.
 * @param {string} key @param {Record<string, string | number>} [params]
 */
export const text = (key, params = {}) => fill(hasText(key) ? texts[key] : key, params);

/** @param {string} pattern @param {Record<string, string | number>} params */
export const fill = (pattern, params) =>
  pattern.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(params, name) ? String(params[name]) : whole));
