/** The photos of a draft that a phone handed over: drawn from memory, and saved in clear for whoever sends them anew. */

import { saveFile } from '../components/save-file.js';
import { openHandedImage } from '../crypto/rescue.js';
import { button, element } from '../element.js';
import { kilobytes } from '../words.js';

/** @typedef {{id: string, field: string, type: string, key: string}} Image as the draft names it */
/** @typedef {import('./texts.js').Texts} Texts */

/**
 * A list of them; null where the draft has none. One that is not in the file, or does not open, is named.
 * @param {import('../crypto/rescue.js').HandedDraft} draft @param {Image[]} images @param {Texts} texts
 */
export async function rescuedPhotos({ images: handed = [] }, images, texts) {
  if (!images.length) return null;
  const lines = images.map(async (image) => {
    const found = handed.find(({ id }) => id === image.id);
    const bytes = found && (await openHandedImage(found, image.key).catch(() => null));
    return bytes ? photo(image, bytes, texts) : element('li', { class: 'error' }, texts.say('staff.rescue.photo.shut', { paper: nameOf(image, texts) }));
  });
  return element('ul', { class: 'files' }, ...(await Promise.all(lines)));
}

/** @param {Image} image @param {import('../crypto/canonical.js').Bytes} bytes @param {Texts} texts */
async function photo(image, bytes, texts) {
  const blob = new Blob([bytes], { type: image.type });
  const paper = nameOf(image, texts);
  const save = button(texts.say('staff.rescue.photo.save'), () => saveFile(blob, `${image.field}.${image.type.split('/')[1]}`), {
    class: 'button button-plain', 'aria-label': texts.say('staff.rescue.photo.save.of', { paper }),
  });
  return element('li', { class: 'card stack near', 'data-photo': image.field },
    element('h4', {}, paper), element('p', { class: 'hint' }, kilobytes(blob.size)), await drawn(blob, paper), element('p', {}, save));
}

/** A PDF is saved and not shown: a browser would run what is in it. @param {Blob} blob @param {string} label */
async function drawn(blob, label) {
  const picture = await createImageBitmap(blob).catch(() => null);
  if (!picture) return null;
  const canvas = element('canvas', { role: 'img', 'aria-label': label, width: picture.width, height: picture.height });
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  return canvas;
}

/** @param {Image} image @param {Texts} texts */
const nameOf = ({ field }, texts) => texts.say(`option.berkas.${field}`);
