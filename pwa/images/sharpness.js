/**
 * How sharp the writing in a picture is: the variance of its Laplacian, which blur lowers and nothing else does so much
 * (Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000; Pertuz et al., Analysis of focus
 * measure operators, Pattern Recognition 46, 2013). Divided by the variance of the picture itself it depends neither on
 * the light nor on how much is written.
 */

/** @import {Picture} from './planes.js' */

/** The variance of the Laplacian (kernel 0 1 0, 1 -4 1, 0 1 0) of what is not at the edge. @param {Picture} grey */
export function laplacianVariance({ width, height, data }) {
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++, count++) {
      const value = data[at - 1] + data[at + 1] + data[at - width] + data[at + width] - 4 * data[at];
      sum += value;
      squares += value * value;
    }
  }
  return count ? squares / count - (sum / count) ** 2 : 0;
}

/** The sharpness of writing, whatever its light: 0 is a grey wall, 1 and more is crisp. @param {Picture} grey */
export function sharpnessOf(grey) {
  const spread = varianceOf(grey.data);
  return spread < 1 ? 0 : laplacianVariance(grey) / spread;
}

/** @param {Picture['data']} data */
function varianceOf(data) {
  let [sum, squares] = [0, 0];
  for (const value of data) [sum, squares] = [sum + value, squares + value * value];
  return squares / data.length - (sum / data.length) ** 2;
}
