/** Finds passages in the guides that are on this phone; server/guides/guide_search.py does the same where nothing runs here. */

const WORDS = 8;
const [BEFORE, AFTER] = [60, 160]; // characters of a passage around its first hit

/** @typedef {{slug: string, title: string, blocks: [string, string][]}} Text a block is its heading and its words */
/** @typedef {{slug: string, title: string, heading: string, parts: [string, boolean][]}} Found parts: the hits are true */

/**
 * The guides that have the most of the words, those first that have them in their titles.
 * @param {Text[]} texts @param {string} query @returns {Found[]}
 */
export function search(texts, query) {
  const words = wordsOf(query);
  const scored = texts.map((text) => ({ text, all: count(words, fold(allOf(text))), title: count(words, fold(text.title)) }));
  const most = Math.max(0, ...scored.map(({ all }) => all));
  const best = scored.filter(({ all }) => most && all === most).sort((one, other) => other.title - one.title);
  return best.map(({ text }) => found(text, words));
}

/** Letters small and without their marks, one sign for each, so that places stay the same. @param {string} text */
export const fold = (text) =>
  [...text.normalize('NFC')].map((sign) => [...[...sign.normalize('NFD')][0].toLowerCase()][0]).join('');

/** @param {string} query */
function wordsOf(query) {
  const every = [...new Set(fold(query).split(/[^\p{L}\p{N}]+/u).filter(Boolean))];
  const long = every.filter((word) => [...word].length > 1);
  return (long.length ? long : every).slice(0, WORDS);
}

/** @param {Text} text */
const allOf = ({ title, blocks }) => [title, ...blocks.flat()].join('\n');

/** @param {string[]} words @param {string} folded */
const count = (words, folded) => words.filter((word) => folded.includes(word)).length;

/** @param {Text} text @param {string[]} words @returns {Found} */
function found({ slug, title, blocks }, words) {
  const counts = blocks.map(([, words_]) => count(words, fold(words_)));
  const [heading, passage] = blocks[counts.indexOf(Math.max(...counts))] ?? ['', ''];
  return { slug, title, heading, parts: partsOf(passage.normalize('NFC'), words) };
}

/** @param {string} passage @param {string[]} words @returns {[string, boolean][]} */
function partsOf(passage, words) {
  const folded = fold(passage);
  const hits = words.flatMap((word) => places(folded, word).map((at) => [at, at + word.length]))
    .sort(([one, end], [other, stop]) => one - other || end - stop);
  const first = hits[0]?.[0] ?? 0;
  let begin = first > BEFORE ? passage.lastIndexOf(' ', first - BEFORE - 1) + 1 : 0;
  const space = passage.indexOf(' ', first + AFTER);
  const end = space < 0 ? passage.length : space;
  /** @type {[string, boolean][]} */
  const parts = [[begin ? '… ' : '', false]];
  for (const [start, stop] of hits) {
    if (stop <= begin || start >= end) continue;
    parts.push([passage.slice(begin, Math.max(begin, start)), false], [passage.slice(Math.max(begin, start), stop), true]);
    begin = stop;
  }
  return [...parts, [passage.slice(begin, end) + (end < passage.length ? ' …' : ''), false]];
}

/** @param {string} folded @param {string} word */
function places(folded, word) {
  const every = [];
  for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) every.push(at);
  return every;
}
