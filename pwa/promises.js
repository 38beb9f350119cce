/** By when the office answers a complaint: its deadlines in working days, counted here as server/working_days.py does. */

import { dayAt } from './pins.js';
import { language } from './text.js';

/**
 * @typedef {{states: string[], days: number, law: string, source: string, checked: string, unverified?: string}} Rule
 * @typedef {{rules: Rule[], holidays: string[], sure: number[]}} Told `sure`: the years whose holidays are confirmed
 * @typedef {{day: string, isLate: boolean, isSure: boolean, rule: Rule}} Promised
 */

const DAY = 86_400_000; // milliseconds

/** @returns {Promise<Told>} */
const told = async () => (await fetch(`/${language()}/promises.json`)).json();

/**
 * What holds, now, of a complaint in a state that the office got at a time in Unix seconds; null where nothing does.
 * @param {string} state @param {number} at @param {number} now @returns {Promise<Promised | null>}
 */
export async function promised(state, at, now) {
  const { rules, holidays, sure } = await told();
  const rule = rules.find(({ states }) => states.includes(state));
  if (!rule) return null;
  const first = dayAt(at);
  const day = workingDayAfter(first, rule.days, new Set(holidays));
  const years = [Number(first.slice(0, 4)), Number(day.slice(0, 4))];
  return { day, isLate: dayAt(now) > day, isSure: years.every((year) => sure.includes(year)), rule };
}

/**
 * The so-many-th working day after a day; both as YYYY-MM-DD.
 * @param {string} day @param {number} count @param {Set<string>} holidays
 */
export function workingDayAfter(day, count, holidays) {
  let at = Date.parse(day);
  for (let left = count; left > 0; ) {
    at += DAY;
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay());
    if (!isWeekend && !holidays.has(iso(at))) left -= 1;
  }
  return iso(at);
}

/** @param {number} at */
const iso = (at) => new Date(at).toISOString().slice(0, 10);
