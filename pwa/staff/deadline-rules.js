/** By which rules the deadlines of the list are counted, to be unfolded below it. */

import { element } from '../element.js';

/** @param {import('./work.js').Work} work @param {import('./texts.js').Texts} texts */
export function deadlineRules({ rules }, texts) {
  if (rules.length === 0) return [];
  const items = rules.map(({ days, law, checked, unverified }) =>
    element('li', {}, texts.say('staff.list.rule', { days, law, day: texts.day(checked) }), unverified ? ` ${unverified[texts.lang] ?? ''}` : ''));
  return [element('summary', {}, texts.say('staff.list.rules')), element('ul', {}, ...items)];
}
