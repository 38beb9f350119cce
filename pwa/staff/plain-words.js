/** Words as everybody types them: what is looked for, and what is looked through. */

const APOSTROPHES = /['`\u00b4\u02b9-\u02bf\u2018\u2019\u201b\u2032\uff07]/g; // as keyboards and papers write them, letters among them

/** Letters and digits without accents, capitals and punctuation. @param {string} text */
export const plain = (text) =>
  text.replace(APOSTROPHES, ' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/**
 * The same of what is looked through, with what an apostrophe or a hyphen parts as one word: NUR'AINI is found by `nuraini`
 * and, because a word is found anywhere, by `nur aini` too. @param {string} text
 */
export const joined = (text) => plain(text.replace(APOSTROPHES, '').replace(/(?<=[\p{L}\p{M}\p{N}])\p{Pd}(?=[\p{L}\p{N}])/gu, ''));
