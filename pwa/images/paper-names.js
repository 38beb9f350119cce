/** The names of files inside a version: that of the paper, `kk`, and for more sheets of the same `kk-2`, `kk-3`. */

const LONGEST = 16; // characters of a name

/** A name for one more file of a paper. @param {string} paper @param {string[]} taken */
export function freeName(paper, taken) {
  for (let n = 1; ; n += 1) {
    const name = named(paper, n === 1 ? '' : `-${n}`);
    if (!taken.includes(name)) return name;
  }
}

/** Which of these papers a file's name means; undefined for none. @param {string} name @param {string[]} papers */
export const paperOf = (name, papers) =>
  papers.find((paper) => named(paper, '') === name) ??
  papers.find((paper) => named(paper, /-[0-9]+$/.exec(name)?.[0] ?? '') === name);

/** @param {string} paper @param {string} tail */
const named = (paper, tail) => paper.slice(0, LONGEST - tail.length) + tail;
