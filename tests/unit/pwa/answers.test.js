// What people type becomes the same answers as in Python: the vectors are read by both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { fromAnswers, holds, normalise, settle, toAnswers } from "../../../pwa/answers.js";

const read = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
const vectors = read("tests/vectors/rules.json");
const form = read(`content/forms/${vectors.form}.json`);
const field = (control, extra) => ({ key: "x", control, required: false, when: null, max: null, options: null, hard: [], soft: [], autocapitalize: null, ...extra });

test("typed text becomes its answer, and an answer stays as it is", () => {
  for (const [control, extra, typed, answer] of vectors.normalise) {
    assert.deepEqual(normalise(field(control, extra), typed), answer, JSON.stringify([control, typed]));
    assert.deepEqual(normalise(field(control, extra), answer), answer);
  }
});

test("a condition is true or not", () => {
  for (const [condition, answers, today, expected] of vectors.conditions) {
    assert.equal(holds(condition, answers, { today }), expected, JSON.stringify([condition, answers, today]));
  }
});

for (const { name, values, today, answers } of vectors.applications) {
  test(`answers: ${name}`, () => {
    const list = toAnswers(form, values, { today });
    const byKey = fromAnswers(form, list);
    for (const key of Object.keys(answers)) assert.deepEqual(byKey[key], answers[key], key);
    assert.deepEqual(toAnswers(form, byKey, { today }), list);
    assert.deepEqual(Object.keys(settle(form, values, { today })), Object.keys(byKey));
  });
}

test("answers of another form are refused", () => {
  assert.throws(() => fromAnswers(form, [null]), RangeError);
});

test("a lone surrogate never gets into an answer", () => {
  assert.equal(normalise(field("text"), "a\ud800b"), "a\ufffdb");
});
