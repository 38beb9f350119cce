/** Drafts: any number of applications being filled in, saved encrypted while people type. */

import { b32Encode } from './crypto/canonical.js';
import { randomBytes } from './crypto/cipher.js';
import { createRecord, listRecords, readRecord, readSealed, removeRecord, updateRecord } from './records.js';
import { listen, tell } from './tabs.js';

/** @typedef {Record<string, any>} Values */
/**
 * @typedef {{title?: string, case?: string | null, code?: string | null, prev?: string[],
 *   consent?: import('./day/consents.js').Consent | null}} Origin `consent`: given to a volunteer before anything was asked
 */
/**
 * @typedef {Required<Origin> & {id: string, n: number, at: number, service: string, form: string, values: Values,
 *   place: any, images?: import('./images/image-store.js').Kept[],
 *   files?: import('./images/seal-images.js').Entry[]}} Draft `files`: what a correction takes over
 */
/** @typedef {() => Promise<import('./vault.js').VaultRecord[]>} Rows all that there are */
/** @typedef {{edit: object, at: number, done: Promise<void>}} Save */

/** The save of each draft that has not begun; a newer one takes its place. @type {Map<string, Save>} */
const waiting = new Map();
/** The last save of each draft, so that no two overtake each other. @type {Map<string, Promise<void>>} */
const last = new Map();

/**
 * Begin a draft; it is stored at once. `case`, `code` and `prev` say what it corrects.
 * @param {string} service @param {string} form @param {Values} [values] @param {Origin} [origin]
 */
export async function newDraft(service, form, values = {}, origin = {}) {
  const { title = '', case: of = null, code = null, prev = [], consent = null } = origin;
  const id = `d${b32Encode(randomBytes(10))}`;
  await createRecord('drafts', id, { service, form, title, values, place: null, case: of, code, prev, ...(consent && { consent }) });
  stored();
  return id;
}

/**
 * Save a draft. Resolves when these values, or newer ones, are on disk; a `GoneError` when it was deleted or sent.
 * @param {string} id @param {Values} values
 * @param {any} [place] where in the form the person is
 * @param {string} [title]
 * @returns {Promise<void>}
 */
export function saveDraft(id, values, place = null, title) {
  const edit = { values: { ...values }, place, ...(title !== undefined && { title }) };
  const at = Date.now();
  const next = waiting.get(id);
  if (next) {
    Object.assign(next, { edit: { ...next.edit, ...edit }, at });
    return next.done;
  }
  const save = { edit, at, done: Promise.resolve(last.get(id)).catch(() => {}).then(() => begin(id)) };
  waiting.set(id, save);
  last.set(id, save.done);
  return save.done;
}

/** @param {string} id @param {Rows} [rows] @returns {Promise<Draft>} */
export const loadDraft = (id, rows) => readRecord('drafts', id, rows);

/** List the drafts, the newest first; one that does not open has a `problem` and nothing else to show. */
export const listDrafts = async () => (await newestFirst()).map(({ values, code, consent, ...shown }) => shown);

/** Give the last draft of a service that corrects nothing, or null. @param {string} service @param {Rows} [rows] @returns {Promise<Draft | null>} */
export const lastDraft = async (service, rows) =>
  (await newestFirst(rows)).find((draft) => draft.service === service && !draft.problem && !draft.case) ?? null;

/** @param {Rows} [rows] */
const newestFirst = async (rows) => (await listRecords('drafts', undefined, rows)).sort((one, other) => other.at - one.at);

/** @param {string} id */
export async function deleteDraft(id) {
  await removeRecord('drafts', id);
  tell({ draft: id });
  stored();
}

/** There is more or less on this phone than before. */
const stored = () => document.dispatchEvent(new CustomEvent('rantau:stored'));

/**
 * Say when a draft is `open-elsewhere`, was `saved-elsewhere` or is `gone`.
 * @param {string} id @param {(what: 'open-elsewhere' | 'saved-elsewhere' | 'gone') => void} notice
 * @returns {() => void} stops it
 */
export function watchDraft(id, notice) {
  const leave = new AbortController();
  const deafen = listen(async ({ draft }) => {
    if (draft === id) notice((await readSealed('drafts', id)) ? 'saved-elsewhere' : 'gone');
  });
  void claim(`rantau-draft-${id}`, leave.signal, () => notice('open-elsewhere'));
  return () => {
    deafen();
    leave.abort();
  };
}

/** @param {string} id */
async function begin(id) {
  const { edit, at } = /** @type {Save} */ (waiting.get(id));
  waiting.delete(id);
  // If another tab was faster with something typed later, that stands.
  await updateRecord('drafts', id, (old, overtakenAt) => (overtakenAt > at ? undefined : { ...old, ...edit }), at);
  tell({ draft: id });
}

/**
 * Hold the draft's lock until the signal; whoever finds it taken hears so, and has it next.
 * @param {string} name @param {AbortSignal} signal @param {() => void} taken
 */
async function claim(name, signal, taken) {
  const held = new Promise((resolve) => signal.addEventListener('abort', resolve));
  const isFree = await navigator.locks?.request(name, { ifAvailable: true }, (lock) => lock && held.then(() => true));
  if (isFree !== null || signal.aborted) return;
  taken();
  await navigator.locks.request(name, { signal }, () => held).catch(() => {});
}
