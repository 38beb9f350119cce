/** Versions of a case side by side: which ones, and what of each field changed. Plain values in and out. */

import { fieldAt, rowsOf, spread } from '../answers.js';
import { dayAt } from '../pins.js';
import { check } from '../rules.js';

/** @typedef {import('../form.js').Answer} Answer */
/** @typedef {import('../form.js').Finding} Finding */
/** @typedef {import('./answer-text.js').StaffField} StaffField */
/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {{field: StaffField, answer: Answer, isAsked: boolean, isChanged: boolean, findings: Finding[]}} Cell */
/** @typedef {{key: string, field: StaffField, within?: StaffField}} Question */
/** @typedef {Question & {differs: boolean, cells: Cell[]}} Row */
/** @typedef {{title: string, rows: Row[]}} Section */

/**
 * What is shown at first: every version that stands, and before it the ones it corrects.
 * @param {OpenedCase} opened
 */
export function sideBySide({ versions, leaves }) {
  const wanted = new Set(leaves.flatMap((leaf) => [leaf.v, ...leaf.version.prev]));
  return versions.filter(({ v, answers }) => wanted.has(v) && answers);
}

/**
 * Lay versions out by section and field, in the order of the newest form; fields that only an older form has follow
 * in their section; of what repeats, as many rows as any version has. A field is changed when none of the versions it corrects has the same answer.
 * @param {OpenedVersion[]} columns
 * @param {OpenedVersion[]} leaves
 * @param {{has(code: string): boolean}} [regions]
 * @returns {Section[]}
 */
export function compare(columns, leaves, regions) {
  const found = columns.map((column) => findingsOf(column, regions));
  return sectionsOf(columns).map(({ title, fields }) => ({
    title,
    rows: fields.flatMap((field) => asked(field, columns)).map((one) => rowOf(one, columns, leaves, found)),
  }));
}

/** @param {OpenedVersion[]} columns */
function sectionsOf(columns) {
  /** @type {Map<string, {title: string, fields: StaffField[]}>} */
  const sections = new Map();
  const seen = new Set();
  for (const { form } of [...columns].sort((one, other) => (other.form?.n ?? 0) - (one.form?.n ?? 0))) {
    for (const { id, title, fields } of form?.sections ?? []) {
      if (!sections.has(id)) sections.set(id, { title, fields: [] });
      const fresh = fields.filter(({ key }) => !seen.has(key));
      for (const { key } of fresh) seen.add(key);
      sections.get(id)?.fields.push(...fresh);
    }
  }
  return [...sections.values()];
}

/**
 * The questions of a field: itself, or those of the longest list of rows. @param {StaffField} field
 * @param {OpenedVersion[]} columns
 * @returns {Question[]}
 */
function asked(field, columns) {
  if (!field.fields) return [{ key: field.key, field }];
  const [longest] = columns.map(({ answers }) => answers ?? {}).sort((one, other) => rowsOf(field, other).length - rowsOf(field, one).length);
  return spread([field], longest).map(({ name, ...question }) => ({ key: name, ...question }));
}

/**
 * @param {Question} question @param {OpenedVersion[]} columns @param {OpenedVersion[]} leaves @param {Finding[][]} found
 * @returns {Row}
 */
function rowOf(question, columns, leaves, found) {
  const cells = columns.map((column, at) => cellOf(question, column, columns, found[at]));
  const standing = leaves.filter(({ answers }) => answers).map((leaf) => written(answerIn(leaf, question)));
  return { ...question, differs: new Set(standing).size > 1, cells };
}

/**
 * @param {Question} question @param {OpenedVersion} column @param {OpenedVersion[]} columns @param {Finding[]} findings
 * @returns {Cell}
 */
function cellOf(question, column, columns, findings) {
  const { form, version } = column;
  const fields = form?.sections.flatMap((section) => section.fields) ?? [];
  const [key] = question.key.split('.');
  const field = fields.some((one) => one.key === key) ? fieldAt(fields, question.key).field : undefined;
  const answer = answerIn(column, question);
  const before = columns.filter(({ v }) => version.prev.includes(v)).map((one) => written(answerIn(one, question)));
  return {
    field: /** @type {StaffField} */ (field),
    answer,
    isAsked: field !== undefined,
    isChanged: before.length > 0 && !before.includes(written(answer)),
    findings: findings.filter((finding) => finding.field === question.key || finding.field === key),
  };
}

/** @param {OpenedVersion} column @param {Question} question @returns {Answer} */
function answerIn({ form, answers }, { key }) {
  const fields = form?.sections.flatMap((section) => section.fields) ?? [];
  return spread(fields, answers ?? {}).find(({ name }) => name === key)?.answer ?? null;
}

/** @param {Answer | undefined} answer */
const written = (answer) => JSON.stringify(answer ?? null);

/**
 * What the form's rules say of a version, judged by the day on which it was filled in: on that day the questions were
 * asked. Hard findings are there too, because a device can leave its checks out and the server cannot see.
 * @param {OpenedVersion} column
 * @param {{has(code: string): boolean}} [regions]
 * @returns {Finding[]}
 */
function findingsOf({ form, answers, version }, regions) {
  if (!form || !answers) return [];
  const { hard, soft } = check(form, answers, { today: dayAt(version.at), regions });
  return [...hard, ...soft];
}
