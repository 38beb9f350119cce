/** Prints one part alone, on paper of its own size: a strip of 58 mm, or a sheet. */

import { element } from '../element.js';

const SHEETS = { strip: '/pwa/day/strip.css', sheet: '/pwa/day/sheet.css' };

/**
 * Show the browser's print dialog with nothing but this part; it is gone from the page afterwards.
 * @param {'strip' | 'sheet'} paper @param {HTMLElement} part
 */
export async function printAlone(paper, part) {
  for (const old of document.querySelectorAll('[data-print]')) old.remove();
  const alone = element('div', { class: 'print-alone', 'data-print': paper }, part);
  const link = element('link', { rel: 'stylesheet', href: SHEETS[paper], 'data-print': true });
  const loaded = new Promise((resolve) => {
    link.addEventListener('load', resolve, { once: true });
    link.addEventListener('error', resolve, { once: true });
  });
  document.head.append(link);
  document.body.append(alone);
  await loaded;
  const leave = () => (alone.remove(), link.remove());
  // What was on paper must not stay in the page; a phone that never tells of the end has it until the next print.
  window.addEventListener('afterprint', leave, { once: true });
  document.addEventListener('rantau:locked', leave, { once: true });
  window.print();
}
