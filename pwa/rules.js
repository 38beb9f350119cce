/**
 * What the rules of a form mean; the same findings as server/forms/rules.py, held together by tests/vectors/rules.json.
 * A hard finding blocks sending, never saving; a soft one is shown and lets pass.
 */

import { asRow, fieldsOf, holds, isRealDate, settle } from "./answers.js";

/** @import {Asked, Context, Field, Findings, Form, Rule, Values} from "./form.js" */

/** @type {Record<string, string>} */
const CONTROL_RULES = { number: "number", date: "date-real", region: "region-known", regency: "region-known" };
const SHOWN = ["max-length", "min", "max", "date-from"];
/** @type {Record<string, number>} */
const LEVELS = { region: 4, regency: 2 };
/** @type {Record<string, RegExp>} */
const PHONES = { mobile: /^\+628[1-9][0-9]{6,11}$/, any: /^\+[1-9][0-9]{6,14}$/ };

/** @param {any} nik */
const isNik = (nik) => /^[0-9]{16}$/.test(nik);

/**
 * Each says whether the answer keeps the rule; none is asked about an unanswered field.
 * @type {Record<string, (answer: any, asked: Asked) => boolean>}
 */
export const RULES = {
  required: () => true,
  pattern: (answer, { value }) => [...String(answer)].length <= 100 && new RegExp(`^(?:${value})$`, "u").test(answer),
  letters: (answer) => /^(?=.*\p{L})[\p{L}\p{M} '.,/\u2019-]+$/su.test(answer),
  "max-length": (answer, { value }) => [...String(answer)].length <= value,
  number: Number.isInteger,
  min: (answer, { value }) => !Number.isInteger(answer) || answer >= value,
  max: (answer, { value }) => !Number.isInteger(answer) || answer <= value,
  "date-real": isRealDate,
  "date-not-future": (answer, { today }) => answer <= today,
  "date-from": (answer, { value }) => answer >= value,
  "one-of": (answer, { value }) => value.includes(answer),
  "region-known": (answer, { regions, field }) =>
    !regions || (regions.has(answer) && answer.split(".").length === LEVELS[field.control]),
  "nik-region": (nik, { regions }) => !regions || !isNik(nik) || isFirstIssuedIn(nik, regions),
  "nik-birth": nikBirth,
  "nik-serial": (nik) => !nik.endsWith("0000"),
  phone: (answer, { value }) => PHONES[value].test(answer),
  email: (answer) => /^[^@ ]+@[^@ ]+\.[^@ .]{2,}$/.test(answer),
  "passport-ri": (answer) => /^[A-Z0-9]{6,9}$/.test(answer),
  lines: (answer, { answers, value }) =>
    !Number.isInteger(answers[value]) || answer.split("\n").filter(Boolean).length === answers[value],
  checked: (answer) => answer === 1,
  consent: (answer) => answer === 1,
};

/**
 * What is wrong with typed values or with answers; at most one hard finding a field.
 * @param {Form} form @param {Values} values @param {Context} context
 */
export function check(form, values, { today, regions }) {
  /** @type {Findings} */
  const findings = { hard: [], soft: [] };
  /** @param {Field[]} fields @param {Values} answers @param {string} prefix of a row */
  const look = (fields, answers, prefix) => {
    for (const field of fields) {
      if (field.when && !holds(field.when, answers, { today })) continue;
      const rows = field.fields && (answers[field.key] ?? []);
      const answer = rows ? rows.length : answers[field.key];
      /** @param {Rule[]} rules */
      const broken = (rules) =>
        rules
          .filter(({ rule, value, when }) =>
            (!when || holds(when, answers, { today })) &&
            (answer === null ? rule === "required" : !RULES[rule](answer, { answers, today, regions, field, value })))
          .map(({ rule, value, message }) =>
            ({ field: prefix + field.key, message, params: SHOWN.includes(rule) ? { value } : {} }));
      const found = broken(hardRules(field));
      if (found.length) findings.hard.push(found[0]);
      else findings.soft.push(...broken(field.soft));
      rows?.forEach((/** @type {any} */ row, /** @type {number} */ at) =>
        look(field.fields ?? [], { ...answers, ...asRow(field, row) }, `${field.key}.${at}.`));
    }
  };
  look(fieldsOf(form), settle(form, values, { today }), "");
  return findings;
}

/**
 * The rules that follow from the field itself, then its own.
 * @param {Field} field
 * @returns {Rule[]}
 */
function hardRules(field) {
  /** @param {any} rule @param {any} [value] */
  const when = (rule, value) => (rule ? [{ rule, value, message: `rule.${rule}` }] : []);
  if (field.fields) {
    return ["min", "max"].map((rule) => ({ rule, value: /** @type {any} */ (field)[rule], message: `rule.rows-${rule}` }));
  }
  return [
    ...when(field.required && "required"),
    ...when(field.max && "max-length", field.max),
    ...when(field.options && "one-of", field.options?.map(([code]) => code)),
    ...when(CONTROL_RULES[field.control]),
    ...field.hard,
  ];
}

/**
 * Digits 1 to 4 are a regency; 5 and 6 one of its kecamatan, which are known only where the first of them is. Nothing
 * is held against an address: a NIK stays as it was first issued, wherever its holder moves.
 * @param {string} nik @param {{has(code: string): boolean}} regions
 */
function isFirstIssuedIn(nik, regions) {
  const regency = `${nik.slice(0, 2)}.${nik.slice(2, 4)}`;
  return regions.has(regency) && (!regions.has(`${regency}.01`) || regions.has(`${regency}.${nik.slice(4, 6)}`));
}

/**
 * Digits 7 to 12 are the birth date as DDMMYY, the day of a woman's plus 40.
 * @param {string} nik @param {Asked} asked
 */
function nikBirth(nik, { answers, value }) {
  if (!isNik(nik)) return true;
  const [born, sex] = value.map((/** @type {string} */ key) => answers[key]);
  const day = Number(nik.slice(6, 8));
  const isWoman = day > 40;
  if (sex !== null && isWoman !== (sex === "P")) return false;
  const date = `${nik.slice(10, 12)}-${nik.slice(8, 10)}-${String(isWoman ? day - 40 : day).padStart(2, "0")}`;
  return isRealDate(born) ? date === born.slice(2) : [19, 20].some((century) => isRealDate(century + date));
}
