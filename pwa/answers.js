/** From what people type to the answers that are sealed, and back; the same as server/forms/answers.py, byte for byte. */

/** @import {Answer, Condition, Day, Field, Form, Values} from "./form.js" */

const SURROGATE = /[\ud800-\udfff]/gu;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
// Written out, because the two languages do not agree on what white space is.
const BLANK = /[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const TICKED = [1, true, "1", "on", "true"];

/** @type {Record<string, (text: string) => string | number>} */
const READ = {
  digits: (text) => text.replace(/[ .-]/g, ""),
  tel: (text) => text.replace(/[ ().-]/g, "").replace(/^(?:\+?620?|0)(?=[1-9])/, "+62"),
  number: (text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : text),
  date: (text) => {
    const yearFirst = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/.exec(text);
    const [year, month, day] =
      yearFirst?.slice(1) ?? /^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$/.exec(text)?.slice(1).reverse() ?? [];
    return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : text;
  },
};

/** @param {Form} form */
export const fieldsOf = (form) => form.sections.flatMap((section) => section.fields);

/**
 * The answers in the form's order.
 * @param {Form} form @param {Values} values @param {Day} day
 * @returns {Answer[]}
 */
export const toAnswers = (form, values, day) => Object.values(settle(form, values, day));

/**
 * The answers by field key; a RangeError when they are not of this form.
 * @param {Form} form @param {Answer[]} answers
 * @returns {Record<string, Answer>}
 */
export function fromAnswers(form, answers) {
  const fields = fieldsOf(form);
  if (answers.length !== fields.length) throw new RangeError(`${answers.length} answers to ${fields.length} fields`);
  return Object.fromEntries(fields.map((field, at) => [field.key, answers[at]]));
}

/**
 * Every value normalised; a field whose condition is false is null. Settling twice changes nothing.
 * @param {Form} form @param {Values} values @param {Day} day
 */
export function settle(form, values, day) {
  return settleFields(fieldsOf(form), values, {}, day);
}

/** @param {Field[]} fields @param {Values} values @param {Record<string, Answer>} around @param {Day} day */
function settleFields(fields, values, around, day) {
  /** @type {Record<string, Answer>} */
  const settled = {};
  for (const field of fields) {
    const asked = !field.when || holds(field.when, { ...around, ...settled }, day);
    const rows = asked && field.fields
      ? rowsOf(field, values).map((row) => Object.values(settleFields(field.fields ?? [], row, settled, day)))
      : [];
    settled[field.key] = asked && !field.fields ? normalise(field, values[field.key]) : rows.length ? rows : null;
  }
  return settled;
}

/**
 * The rows of a field that repeats: from answers, or from what was typed under `<key>.<row>.<key>`.
 * @param {Field} field @param {Values} values
 * @returns {Values[]}
 */
export function rowsOf(field, values) {
  const given = values[field.key];
  if (Array.isArray(given)) return given.map((row) => asRow(field, row));
  /** @type {Values[]} */
  const rows = [];
  for (const [name, value] of Object.entries(values)) {
    const [key, at, inner] = name.split('.');
    if (key === field.key && inner) (rows[Number(at)] ??= {})[inner] = value;
  }
  return rows.filter(Boolean);
}

/** One row's answers by key. @param {Field} field @param {any} row @returns {Values} */
export const asRow = ({ fields = [] }, row) =>
  Object.fromEntries(row?.length === fields.length ? fields.map(({ key }, at) => [key, row[at]]) : []);

/**
 * Every question with its answer, those of rows one by one: `name` is then `<key>.<row>.<key>`, `within` what repeats.
 * @template {Field} T
 * @param {T[]} fields @param {Values} values
 * @returns {{name: string, field: T, answer: Answer, within?: T}[]}
 */
export const spread = (fields, values) => fields.flatMap((field) =>
  field.fields
    ? rowsOf(field, values).flatMap((row, at) => /** @type {T[]} */ (field.fields).map((inner) => ({
      name: `${field.key}.${at}.${inner.key}`, field: inner, answer: row[inner.key] ?? null, within: field,
    })))
    : [{ name: field.key, field, answer: values[field.key] ?? null }]);

/**
 * The field of a name, and in a row what it repeats within.
 * @template {Field} T
 * @param {T[]} fields @param {string} name
 * @returns {{field: T, within?: T}}
 */
export function fieldAt(fields, name) {
  const [key, , inner] = name.split('.');
  const found = /** @type {T} */ (fields.find((one) => one.key === key));
  return inner ? { ...fieldAt(/** @type {T[]} */ (found.fields), inner), within: found } : { field: found };
}

/**
 * One typed value as its answer.
 * @param {Field} field @param {any} value
 * @returns {Answer}
 */
export function normalise(field, value) {
  if (field.control === "files") return Array.isArray(value) ? value : null;
  if (field.control === "checkbox") return TICKED.includes(value) ? 1 : 0;
  const text = clean(field, ["string", "number"].includes(typeof value) ? String(value) : "");
  const answer = READ[field.control]?.(text) ?? text;
  if (answer !== "") return answer;
  // A question with one possible answer needs no tap.
  return field.required && field.options?.length === 1 ? field.options[0][0] : null;
}

/**
 * Whether a condition is true of these answers.
 * @param {Condition} condition @param {Record<string, Answer>} answers @param {Day} day
 * @returns {boolean}
 */
export function holds([name, ...rest], answers, day) {
  if (name === "not") return !holds(rest[0], answers, day);
  if (name === "and") return rest.every((inner) => holds(inner, answers, day));
  if (name === "or") return rest.some((inner) => holds(inner, answers, day));
  const answer = /** @type {any} */ (answers[rest[0]]);
  if (name === "eq") return answer === rest[1];
  if (name === "in") return rest[1].includes(answer);
  if (name === "filled") return answer !== null && answer !== undefined;
  if (name === "past") return isRealDate(answer) && answer < day.today;
  // Of whom only the year is known, the youngest that they can be: a child must not be taken for an adult.
  const born = answer?.length === 4 ? `${answer}-12-31` : answer;
  return isRealDate(born) && age(born, day.today) < rest[1];
}

/**
 * Whether an answer is a date that exists, as YYYY-MM-DD.
 * @param {any} answer
 * @returns {answer is string}
 */
export function isRealDate(answer) {
  if (!/^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(answer)) return false;
  const date = new Date(`${answer}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(answer);
}

/**
 * The full years from a real date to today; one born on 29 February ages on 1 March.
 * @param {string} born @param {string} today
 */
export const age = (born, today) =>
  Math.floor((Number(today.replaceAll("-", "")) - Number(born.replaceAll("-", ""))) / 10000);

/** @param {Field} field @param {string} typed */
function clean(field, typed) {
  const lines = field.control === "textarea" ? typed.split(/\r\n|\r|\n/) : [typed];
  let text = lines
    .map((line) => line.replace(SURROGATE, "\ufffd").replace(INVISIBLE, "").replace(BLANK, " ").replace(/^ | $/g, ""))
    .join("\n")
    .replace(/^\n+|\n+$/g, "");
  if (field.autocapitalize) text = text.toUpperCase();
  if (field.hard.some((rule) => rule.rule === "passport-ri")) text = text.replace(/[ -]/g, "");
  return text.normalize("NFC");
}
