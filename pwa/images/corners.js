/**
 * A first guess of where a paper's corners are; a person moves them. Each side is the straight line along which the
 * picture changes most, and always in the same direction: light paper on a darker table or the reverse. It is looked for
 * among all lines of little slope, as in a Hough transform (Duda and Hart, Use of the Hough transformation to detect
 * lines and curves in pictures, 1972) over signed differences, in which the edges of a line of text cancel out.
 */

/** @import {Picture, Quad} from './planes.js' */
/** @typedef {{at: number, slope: number, score: number}} Line `at` in the middle of the picture */

const INSET = 0.06; // of the picture: where the corners stand when nothing is found
const REACH = 4; // pixels on each side of an edge that are compared
const CLIP = 48; // of 255: one bright stroke must not outweigh a long edge
const STEEPEST = 0.3; // pixels across for each along
const NEAR = 6; // pixels around a line in which its exact place is looked for
const LEAST = 6; // of 255: less is no edge
const OUTER = 0.3; // how much more the outermost line counts than one in the middle

/** The corners of a rectangle a little inside the picture. @param {{width: number, height: number}} size @returns {Quad} */
export function wholePicture({ width, height }, inset = INSET) {
  const [dx, dy] = [width * inset, height * inset];
  const [right, bottom] = [width - 1 - dx, height - 1 - dy];
  return [{ x: dx, y: dy }, { x: right, y: dy }, { x: right, y: bottom }, { x: dx, y: bottom }];
}

/**
 * Guess the corners; null where there is no telling.
 * @param {Picture} grey some 300 pixels wide
 * @returns {Quad | null}
 */
export function findCorners(grey) {
  const tall = transposed(grey);
  let [upper, lower] = sides(grey, 0.3, 0.7);
  let [left, right] = sides(tall, upper.at / grey.height, lower.at / grey.height);
  // The first look took the middle; now it is known how far the sides reach.
  [upper, lower] = sides(grey, left.at / grey.width, right.at / grey.width);
  [left, right] = sides(tall, upper.at / grey.height, lower.at / grey.height);
  if ([upper, lower, left, right].some(({ score }) => score < LEAST)) return null;
  const middle = { x: (grey.width - 1) / 2, y: (grey.height - 1) / 2 };
  const corner = (/** @type {Line} */ row, /** @type {Line} */ column) => crossing(row, column, middle);
  /** @type {Quad} */
  const found = [corner(upper, left), corner(upper, right), corner(lower, right), corner(lower, left)];
  return isPlausible(found, grey) ? found : null;
}

/** The best lines in the upper and the lower half. @param {Picture} grey @param {number} from @param {number} to */
function sides(grey, from, to) {
  const pad = 0.04 * (to - from);
  const columns = [Math.round((from + pad) * grey.width), Math.round((to - pad) * grey.width)];
  const turn = 1 / Math.max(columns[1] - columns[0], 8);
  const half = grey.height >> 1;
  const coarse = downwards(grey, REACH, CLIP);
  const fine = downwards(grey, 2, 255);
  return [[REACH, half - 1], [half + 1, grey.height - REACH]].map((rows) => {
    const { at, slope, score } = bestLine(coarse, grey, columns, { rows, slopes: [-STEEPEST, STEEPEST], turn, outer: OUTER });
    const near = { rows: [at - NEAR, at + NEAR], slopes: [slope - 4 * turn, slope + 4 * turn], turn: turn / 2, outer: 0 };
    const line = bestLine(fine, grey, columns, near);
    return { at: line.at - 0.5, slope: line.slope, score };
  });
}

/**
 * @param {Float32Array} differences @param {Picture} grey @param {number[]} columns from, to
 * @param {{rows: number[], slopes: number[], turn: number, outer: number}} within
 * @returns {Line}
 */
function bestLine(differences, { width, height }, [left, right], { rows: [top, bottom], slopes: [least, most], turn, outer }) {
  const middle = (width - 1) / 2;
  const step = Math.max(1, (right - left) >> 6);
  let best = { at: (top + bottom) / 2, slope: (least + most) / 2, score: 0 };
  for (let slope = least; slope <= most; slope += turn) {
    for (let at = top; at <= bottom; at++) {
      let [sum, count] = [0, 0];
      for (let x = left; x <= right; x += step, count++) {
        const y = Math.round(at + slope * (x - middle));
        if (y >= 0 && y < height) sum += differences[y * width + x];
      }
      const score = (Math.abs(sum) / count) * (1 - outer * (1 - Math.abs(at - height / 2) / (height / 2)));
      if (score > best.score) best = { at, slope, score };
    }
  }
  return best;
}

/** How much lighter it is from each row on than above it. @param {Picture} grey @param {number} reach @param {number} clip */
function downwards({ width, height, data }, reach, clip) {
  const found = new Float32Array(width * height);
  for (let x = 0; x < width; x++) {
    for (let y = reach; y <= height - reach; y++) {
      let sum = 0;
      for (let d = 0; d < reach; d++) sum += data[(y + d) * width + x] - data[(y - 1 - d) * width + x];
      found[y * width + x] = Math.min(Math.max(sum / reach, -clip), clip);
    }
  }
  return found;
}

/** @param {Picture} grey @returns {Picture} */
function transposed({ width, height, data }) {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[x * height + y] = data[y * width + x];
  return { width: height, height: width, data: turned };
}

/** @param {Line} row @param {Line} column @param {{x: number, y: number}} middle */
function crossing(row, column, middle) {
  // y = row.at + row.slope (x - mx) and x = column.at + column.slope (y - my)
  const x = (column.at + column.slope * (row.at - row.slope * middle.x - middle.y)) / (1 - row.slope * column.slope);
  return { x, y: row.at + row.slope * (x - middle.x) };
}

/** @param {Quad} quad @param {{width: number, height: number}} size */
function isPlausible(quad, { width, height }) {
  const isInside = quad.every(({ x, y }) => x > -0.1 * width && x < 1.1 * width && y > -0.1 * height && y < 1.1 * height);
  return isInside && areaOf(quad) > 0.15 * width * height;
}

/** The shoelace formula. @param {Quad} quad */
const areaOf = (quad) =>
  quad.reduce((sum, { x, y }, at) => sum + x * quad[(at + 1) % 4].y - y * quad[(at + 1) % 4].x, 0) / 2;
