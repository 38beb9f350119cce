/**
 * What was answered in a case, made of what is sealed of it: as the search looks through it, or as cells of a row. Many are
 * made at a time, in a worker (`case-opener.js`): nothing here touches the page.
 */

import { isRealDate } from '../answers.js';
import { questions } from './answer-text.js';
import { openCase } from './open-case.js';
import { joined } from './plain-words.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./spreadsheet.js').Cell} Cell */
/** @typedef {Omit<RawCase, 'events'>} Sealed */
/** @typedef {{keys: import('./keys.js').Keys, texts: import('./texts.js').Texts, api: import('./staff-api.js').StaffApi}} Reader */
/** @typedef {[id: string, sealed: Sealed | null]} Given what is not given is asked for */
/**
 * @typedef {{said: string, plain: string, labels: string, nik: string | null}} Answered `said`: what was answered, a line each,
 * `labels` the question of each line, and `plain` what was answered as everybody types it
 */
/** @typedef {{note: string, questions: string, cells: Cell[]}} Cells `note`: why it stays shut; `questions`: key and label of each cell, a line each */

const AT_ONCE = 20; // cases; what many leave behind while others wait for the browser's cryptography stays longer
const MAKERS = { answered, cells };
/** @typedef {{[K in keyof typeof MAKERS]: Awaited<ReturnType<typeof MAKERS[K]>>}} Made */

/**
 * Make one of these of each case, in their order; null of one of which there is nothing any more.
 * @template {keyof Made} T
 * @param {T} what @param {Given[]} cases @param {Reader} reader
 * @returns {Promise<(Made[T] | null)[]>}
 */
export async function makeOfEach(what, cases, reader) {
  const asked = cases.flatMap(([id, sealed]) => (sealed ? [] : [id]));
  const found = asked.length ? (await reader.api.indexOf(asked)).sealed : {};
  const make = async (/** @type {Given} */ [id, given]) => {
    const sealed = given ?? found[id];
    return sealed ? MAKERS[what](id, sealed, reader) : null;
  };
  const made = [];
  for (let at = 0; at < cases.length; at += AT_ONCE) made.push(...(await Promise.all(cases.slice(at, at + AT_ONCE).map(make))));
  return /** @type {(Made[T] | null)[]} */ (made);
}

/** @param {string} id @param {Sealed} sealed @param {Reader} reader @returns {Promise<Answered>} */
async function answered(id, sealed, { keys, texts, api }) {
  const { leaves } = await openCase(id, { ...sealed, events: [] }, keys, (service, name) => api.form(service, name));
  const asked = leaves.flatMap(({ form, answers }) => questions(form, answers, texts)).filter(({ text }) => text);
  return {
    said: lines(asked.map(({ text }) => text)), plain: asked.map(({ text }) => joined(text)).join('\n'),
    labels: lines(asked.map(({ label }) => label)), nik: nikOf(leaves[0]),
  };
}

/** @param {string[]} texts */
const lines = (texts) => texts.map((text) => text.replace(/\s+/g, ' ')).join('\n');

/** The applicant's own NIK: that of the field which is held against the own birth date. @param {OpenedVersion | undefined} leaf */
function nikOf(leaf) {
  const fields = leaf?.form?.sections.flatMap((section) => section.fields) ?? [];
  const own = fields.find(({ soft }) => soft?.some(({ rule }) => rule === 'nik-birth'));
  const answer = own && leaf?.answers?.[own.key];
  return typeof answer === 'string' && answer ? answer : null;
}

/**
 * What was answered in the version that stands, question by question, or why it stays shut.
 * @param {string} id @param {Sealed} sealed @param {Reader} reader @returns {Promise<Cells>}
 */
async function cells(id, sealed, { keys, texts, api }) {
  const { versions, leaves } = await openCase(id, { ...sealed, events: [] }, keys, (service, name) => api.form(service, name));
  const standing = leaves.find(({ answers }) => answers);
  if (!standing) return { note: texts.say(`staff.shut.${(leaves[0] ?? versions.at(-1))?.failure ?? 'erased'}`), questions: '', cells: [] };
  const asked = questions(standing.form, standing.answers, texts);
  return {
    note: leaves.length > 1 ? texts.say('staff.table.several', { n: leaves.length }) : '',
    questions: lines(asked.map(({ name, label }) => `${name} ${label}`)),
    cells: asked.map(({ field, answer, text }) => typed(field.control, answer, text)),
  };
}

/** @param {string} control @param {import('../form.js').Answer} answer @param {string} text @returns {Cell} */
function typed(control, answer, text) {
  if (control === 'date' && isRealDate(answer)) return new Date(`${answer}T00:00:00Z`); // nobody looked at what was sealed
  return control === 'number' && typeof answer === 'number' ? answer : text || null;
}
