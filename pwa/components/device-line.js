/** What an enrolled device may read, in words: a volunteer must know why nothing is heard, and that sending goes on. */

import { readDevice } from '../device-key.js';
import { element } from '../element.js';
import { keepPacks } from '../sw-bridge.js';
import { language, loadMore, text } from '../text.js';

/** @typedef {import('../device-key.js').Device} Device */

/** The line of a device whose person is at work. @param {string} name */
export async function deviceLine(name) {
  await loadMore('volunteer').catch(() => {});
  const device = await readDevice(name);
  if (!device) return null;
  void keepPacks('bundle'); // whoever collects all day may have to carry it as a file
  const { login } = device;
  return element('div', { class: 'stack near' }, element('p', {}, text('volunteer.at-work', { login, device: name })),
    element('p', {}, element('a', { class: 'tap', href: `/${language()}/volunteer` }, text('volunteer.day.link'))), readingLine(device));
}

/** @param {Device} device */
export const readingLine = ({ reading }) =>
  element('p', { class: reading === 'ok' ? 'quiet' : 'notice urgent', 'data-reading': reading }, text(`volunteer.reading.${reading}`));
