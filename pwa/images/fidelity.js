/**
 * How much of the writing an encoding left: the share of the picture's edges that is still there after it, measured
 * where the edges are strong, which is at letters. What an encoder makes smooth is what a reader misses first
 * (gradient similarity: Liu, Lin and Narwaria, Image quality assessment based on gradient similarity, IEEE TIP 21, 2012).
 */

/** @import {Picture} from './planes.js' */

const STRONG = 24; // of 255 between a pixel and the next

/**
 * From 0 (nothing left) to 1 (all as it was).
 * @param {Picture} before @param {Picture} after both grey and of the same size
 */
export function edgesLeft(before, after) {
  const [one, other] = [before.data, after.data];
  let [was, lost] = [0, 0];
  for (let at = 0, end = one.length - before.width; at < end; at++) {
    for (const next of [1, before.width]) {
      const edge = one[at + next] - one[at];
      if (Math.abs(edge) < STRONG) continue;
      was += Math.abs(edge);
      lost += Math.min(Math.abs(edge - (other[at + next] - other[at])), Math.abs(edge));
    }
  }
  return was ? 1 - lost / was : 1;
}
