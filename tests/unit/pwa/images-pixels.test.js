import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findCorners, wholePicture } from '../../../pwa/images/corners.js';
import { edgesLeft } from '../../../pwa/images/fidelity.js';
import { homography, sizeOf, straighten } from '../../../pwa/images/homography.js';
import { flatten, stretch } from '../../../pwa/images/illumination.js';
import { PAPERS, sizeFor } from '../../../pwa/images/paper-kinds.js';
import { greyOf, rgbaOf, sharpen, shrink, soften } from '../../../pwa/images/planes.js';
import { laplacianVariance, sharpnessOf } from '../../../pwa/images/sharpness.js';
import { clearEdge, despeckle, inkOf } from '../../../pwa/images/two-level.js';

/** A grey picture from what each place says. */
function picture(width, height, valueAt) {
  const data = Uint8ClampedArray.from({ length: width * height }, (_, at) => valueAt(at % width, Math.floor(at / width)));
  return { width, height, data };
}

/** Rows of characters as a picture: `#` is ink. */
const drawn = (...rows) => picture(rows[0].length, rows.length, (x, y) => (rows[y][x] === '#' ? 0 : 255));
const shown = (ink, width) =>
  Array.from({ length: ink.length / width }, (_, y) => [...ink.subarray(y * width, (y + 1) * width)].map((v) => '.#'[v]).join(''));

const SQUARE = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 1, y: 1 }, { x: 0, y: 1 }];
// Heckbert's square to quadrilateral, worked by hand: g = -1/2, h = 0.
const TRAPEZIUM = [{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 4, y: 4 }, { x: 0, y: 2 }];

const near = (one, other, within = 1e-9) => assert.ok(Math.abs(one - other) <= within, `${one} is not ${other}`);

/** Where a homography takes a point. */
function project([a, b, c, d, e, f, g, h, i], { x, y }) {
  const w = g * x + h * y + i;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

test('a homography takes four points to four places, and the middle where the diagonals cross', () => {
  const h = homography(SQUARE, TRAPEZIUM);
  [2, 0, 0, 0, 2, 0, -0.5, 0, 1].forEach((value, at) => near(h[at], value));
  SQUARE.forEach((point, at) => {
    const { x, y } = project(h, point);
    near(x, TRAPEZIUM[at].x);
    near(y, TRAPEZIUM[at].y);
  });
  const middle = project(h, { x: 0.5, y: 0.5 });
  near(middle.x, 4 / 3);
  near(middle.y, 4 / 3);
});

test('three corners on one line are no quadrilateral', () => {
  assert.throws(() => homography([{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 2, y: 0 }, { x: 3, y: 0 }], SQUARE), RangeError);
});

test('the whole picture straightened is the picture, in grey and in colour', () => {
  const grey = picture(7, 5, (x, y) => x * 30 + y * 7);
  const edge = [{ x: -0.5, y: -0.5 }, { x: 6.5, y: -0.5 }, { x: 6.5, y: 4.5 }, { x: -0.5, y: 4.5 }];
  assert.deepEqual([...straighten(grey, edge, grey).data], [...grey.data]);
  assert.deepEqual([...straighten(rgbaOf(grey), edge, grey).data], [...rgbaOf(grey).data]);
});

test('corners in another order turn the picture', () => {
  const grey = picture(2, 2, (x, y) => [10, 20, 30, 40][y * 2 + x]);
  const turned = [{ x: -0.5, y: 1.5 }, { x: -0.5, y: -0.5 }, { x: 1.5, y: -0.5 }, { x: 1.5, y: 1.5 }];
  assert.deepEqual([...straighten(grey, turned, grey).data], [30, 10, 40, 20]);
});

test('a smaller result is the mean of what it covers', () => {
  const stripes = picture(12, 12, (x) => (x % 2 ? 0 : 200));
  const edge = [{ x: -0.5, y: -0.5 }, { x: 11.5, y: -0.5 }, { x: 11.5, y: 11.5 }, { x: -0.5, y: 11.5 }];
  const half = straighten(stripes, edge, { width: 6, height: 6 });
  for (const value of half.data) near(value, 100, 1);
  assert.deepEqual([...shrink(stripes, 2).data], Array(36).fill(100));
});

test('the sides of a quadrilateral are the means of opposite ones', () => {
  assert.deepEqual(sizeOf([{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 2, y: 3 }, { x: 0, y: 3 }]), { width: 3, height: (3 + Math.hypot(2, 3)) / 2 });
});

test('a paper gets its own shape, lying or standing, and no more pixels than its photograph is worth', () => {
  assert.deepEqual(sizeFor(PAPERS.ktp, { width: 2000, height: 1300 }), { width: 940, height: 593 });
  assert.deepEqual(sizeFor(PAPERS.ktp, { width: 310, height: 500 }), { width: 315, height: 500 });
  assert.deepEqual(sizeFor(PAPERS.kk, { width: 1000, height: 690 }), { width: 1200, height: 848 });
  assert.deepEqual(sizeFor(PAPERS.other, { width: 500, height: 1000 }), { width: 560, height: 1120 });
});

test('grey is the luma of Rec. 601', () => {
  const rgba = { width: 4, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255) };
  assert.deepEqual([...greyOf(rgba).data], [77, 149, 29, 255]);
});

test('a shadow over half of the paper goes, and the ink stays', () => {
  const sheet = picture(120, 80, (x, y) => ((x + y) % 10 === 0 ? 0.3 : 1) * (x < 60 ? 220 : 90));
  const { data } = flatten(sheet, { tiles: 12, white: 240 });
  const at = (x, y) => data[y * 120 + x];
  for (const [x, y] of [[11, 41], [31, 12], [91, 41], [112, 13]]) near(at(x, y), 240, 3);
  for (const [x, y] of [[10, 40], [30, 10], [90, 40], [110, 10]]) near(at(x, y), 72, 3);
});

test('ink is what is darker than its surroundings, however the light falls; bare paper with noise has none', () => {
  const lit = picture(40, 40, (x, y) => (x % 8 === 3 ? 0.4 : 1) * (80 + 4 * y));
  const ink = inkOf(lit, { window: 15 });
  for (let at = 0; at < ink.length; at++) assert.equal(ink[at], (at % 40) % 8 === 3 ? 1 : 0);
  const bare = picture(40, 40, (x, y) => 180 + ((x * 7 + y * 13) % 9));
  assert.ok(inkOf(bare, { window: 15 }).every((value) => value === 0));
});

test('the threshold is that of Sauvola, computed the long way', () => {
  const grey = picture(9, 7, (x, y) => (x * 37 + y * 91 + x * y * 13) % 256);
  const [reach, k] = [2, 0.25];
  const expected = [...grey.data].map((value, at) => {
    const [x, y] = [at % 9, Math.floor(at / 9)];
    const around = [];
    for (let wy = Math.max(y - reach, 0); wy <= Math.min(y + reach, 6); wy++) {
      for (let wx = Math.max(x - reach, 0); wx <= Math.min(x + reach, 8); wx++) around.push(grey.data[wy * 9 + wx]);
    }
    const mean = around.reduce((sum, v) => sum + v, 0) / around.length;
    const deviation = Math.sqrt(around.reduce((sum, v) => sum + (v - mean) ** 2, 0) / around.length);
    return value <= mean * (1 + k * (deviation / 128 - 1)) ? 1 : 0;
  });
  assert.deepEqual([...inkOf(grey, { window: 5, k })], expected);
});

test('specks go, also at the edge, and strokes that touch only at corners stay', () => {
  const rows = ['#....#', '......', '..#..#', '.#....', '#....#'];
  const { data, width } = drawn(...rows);
  const ink = Uint8Array.from(data, (value) => (value ? 0 : 1));
  despeckle(ink, width, 3);
  assert.deepEqual(shown(ink, width), ['......', '......', '..#...', '.#....', '#.....']);
});

test('what reaches in from the edge goes as far as the band, and no further', () => {
  const rows = ['###...', '#.....', '.#....', '..##..', '...###', '....##'];
  const { data, width } = drawn(...rows);
  const ink = Uint8Array.from(data, (value) => (value ? 0 : 1));
  clearEdge(ink, { width, height: 6 }, 2);
  assert.deepEqual(shown(ink, width), ['......', '......', '.#....', '..##..', '......', '......']);
});

test('soft is the binomial mean, and sharp keeps what is even', () => {
  const dot = picture(5, 5, (x, y) => (x === 2 && y === 2 ? 160 : 0));
  assert.deepEqual([...soften(dot).data.subarray(5, 20)], [0, 10, 20, 10, 0, 0, 20, 40, 20, 0, 0, 10, 20, 10, 0]);
  const even = picture(6, 6, () => 77);
  assert.deepEqual([...sharpen(even).data], [...even.data]);
  const line = picture(20, 20, (x) => (x === 10 || x === 11 ? 100 : 200));
  assert.ok(sharpen(line).data[210] < soften(line).data[210]);
});

test('levels are stretched and cut', () => {
  const grey = { width: 5, height: 1, data: Uint8Array.of(0, 50, 100, 150, 255) };
  const film = { ...grey, data: grey.data.slice() };
  stretch(grey, { black: 50, white: 150, shoulder: 1 });
  assert.deepEqual([...grey.data], [0, 0, 128, 255, 255]);
  stretch(film, { black: 50, white: 150, shoulder: 2 });
  assert.deepEqual([...film.data], [0, 0, 191, 255, 255]);
});

test('the variance of the Laplacian of a single dot, by hand', () => {
  const dot = picture(5, 5, (x, y) => (x === 2 && y === 2 ? 9 : 0));
  // Of nine places one is -36, four are 9 and four 0: mean 0, mean of squares (36² + 4 · 9²) / 9.
  near(laplacianVariance(dot), 180);
});

test('blur makes writing less sharp, and less light does not', () => {
  const text = picture(60, 60, (x, y) => ((x >> 2) % 3 && (y >> 3) % 2 ? 30 : 220));
  const dim = picture(60, 60, (x, y) => text.data[y * 60 + x] / 2);
  const blurred = picture(60, 60, (x, y) => {
    let sum = 0;
    const at = (v) => Math.min(Math.max(v, 0), 59);
    for (let d = 0; d < 9; d++) sum += text.data[at(y + Math.floor(d / 3) - 1) * 60 + at(x + (d % 3) - 1)];
    return sum / 9;
  });
  assert.ok(sharpnessOf(blurred) < sharpnessOf(text) / 2);
  near(sharpnessOf(dim) / sharpnessOf(text), 1, 0.02);
  assert.equal(sharpnessOf(picture(9, 9, () => 128)), 0);
});

test('edges that an encoding made smooth are missed', () => {
  const text = picture(40, 40, (x) => (x % 4 < 2 ? 0 : 200));
  const half = picture(40, 40, (x) => (x % 4 < 2 ? 50 : 150));
  assert.equal(edgesLeft(text, text), 1);
  near(edgesLeft(text, half), 0.5, 0.01);
  assert.equal(edgesLeft(text, picture(40, 40, () => 100)), 0);
});

/** A light quadrilateral with lines of writing on a darker table. */
function photographed(quad, { table = 90, paper = 210 } = {}) {
  const isIn = (x, y) => quad.every((from, at) => {
    const to = quad[(at + 1) % 4];
    return (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x) >= 0;
  });
  return picture(320, 240, (x, y) => (isIn(x, y) ? ((y >> 2) % 3 === 0 && (x >> 1) % 2 ? 60 : paper) : table));
}

for (const [what, colours] of [['light paper on a dark table', {}], ['a card on a light table', { table: 230, paper: 150 }]]) {
  test(`the corners of ${what} are found to a few pixels`, () => {
    const quad = [{ x: 40, y: 36 }, { x: 290, y: 22 }, { x: 276, y: 214 }, { x: 30, y: 200 }];
    const found = findCorners(photographed(quad, colours));
    assert.ok(found);
    found.forEach(({ x, y }, at) => near(Math.hypot(x - quad[at].x, y - quad[at].y), 0, 4));
  });
}

test('where there is no paper no corners are made up', () => {
  assert.equal(findCorners(picture(320, 240, (x, y) => 120 + ((x * 5 + y * 3) % 7))), null);
  assert.deepEqual(wholePicture({ width: 101, height: 201 }, 0.1)[2], { x: 89.9, y: 179.9 });
});
