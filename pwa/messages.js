/** Messages between who holds a code and the office: what was said so far, and saying more. */

import { fromAnswers } from './answers.js';
import { MESSAGE } from './crypto/steps.js';
import { commit, prepare } from './outbox.js';
import { loadForm, office } from './pins.js';
import { updateRecord } from './records.js';

/** @typedef {import('./components/case.js').Opened} Opened */
/** @typedef {{pesan: string, puas: string}} Typed what stands in the fields of a message */
/** @typedef {{id: string, at: number, isOffice: boolean, text: string | null, puas: string | null}} Said `text` is null where it does not open */

const FORM = 'message';

/** The form of messages, which says how long one may be. */
export const messageForm = () => loadForm(FORM);

/**
 * Everything that was said about a case, in the order of its dates.
 * @param {Opened} opened
 * @returns {Promise<Said[]>}
 */
export async function saidIn({ versions, events }) {
  const ours = await Promise.all(versions.filter(({ type }) => type === 'message').map(opened));
  const theirs = events.filter(({ step }) => step === MESSAGE).map(({ n, at, note }) =>
    ({ id: `ev${n}`, at, isOffice: true, text: note, puas: null }));
  return [...ours, ...theirs].sort((one, other) => one.at - other.at);
}

/** @param {Opened['versions'][number]} version @returns {Promise<Said>} */
async function opened({ id, at, form: name, groups }) {
  const said = { id, at, isOffice: false, text: /** @type {string | null} */ (null), puas: null };
  if (!groups) return said;
  const latest = await messageForm();
  const { form } = latest.name === name ? latest : await loadForm(FORM, name);
  const { pesan, puas } = /** @type {any} */ (fromAnswers(form, groups[form.groups[0]]));
  return { ...said, text: pesan ?? '', puas };
}

/**
 * Seal a message and put it into the outbox; where the case is not kept on this phone, nothing of the message is either.
 * @param {Opened} about @param {Typed} values @param {{isKept: boolean}} where
 */
export async function sendMessage({ case: id, code, title, events }, values, { isKept }) {
  const [loaded, known] = await Promise.all([messageForm(), office()]);
  const after = Math.max(0, ...events.map(({ at }) => at)) + 1;
  const source = { service: FORM, values, prev: [], code, title, ...(!isKept && { alone: /** @type {const} */ (true), after }) };
  await commit(await prepare(source, loaded, known));
  if (isKept) await keepTyped(id, { pesan: '', puas: '' });
}

/** Keep what is typed and not sent yet, with the case. @param {string} id @param {Typed} typed */
export const keepTyped = (id, typed) => updateRecord('cases', id, (content) => ({ ...content, typed }), null);
