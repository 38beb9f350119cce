// Each rule, kept and broken, and whole applications: the same findings as in Python.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { fieldsOf } from "../../../pwa/answers.js";
import { check, RULES } from "../../../pwa/rules.js";

const text = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const vectors = JSON.parse(text("tests/vectors/rules.json"));
const form = JSON.parse(text(`content/forms/${vectors.form}.json`));
const allRegions = new Set(text("content/regions.csv").split("\n").map((line) => line.split(",")[0]));

const field = (key, control, hard = []) => ({
  key, control, hard, required: false, when: null, max: null, soft: [], autocapitalize: null,
  options: control === "radio" ? [["e5", "option.a"], ["e10", "option.b"]] : null,
});
const withRule = (rule, value, control) => ({
  service: "small", n: 1,
  sections: [{ fields: [
    field("lahir", "date"), field("kelamin", "text"), field("jumlah", "number"), field("x", control, [{ rule, value, message: "rule.x" }]),
  ] }],
});

test("every rule has a vector", () => {
  assert.deepEqual(new Set(vectors.rules.map(([rule]) => rule)), new Set(Object.keys(RULES)));
});

test("a rule is kept or broken", () => {
  const regions = new Set(vectors.regions);
  for (const [rule, value, control, typed, kept, others, today] of vectors.rules) {
    const { hard } = check(withRule(rule, value, control), { ...others, x: typed }, { today, regions });
    assert.equal(!hard.some((finding) => finding.field === "x"), kept, JSON.stringify([rule, value, typed, others]));
  }
});

for (const { name, values, today, hard, soft } of vectors.applications) {
  test(`findings: ${name}`, () => {
    const rows = (findings) => findings.map(({ field, message, params }) => [field, message, params]);
    const found = check(form, values, { today, regions: allRegions });
    assert.deepEqual(rows(found.hard), hard);
    assert.deepEqual(rows(found.soft), soft);
  });
}

test("without a list of regions none is doubted", () => {
  const found = check(withRule("nik-region", undefined, "digits"), { x: "9999999999999999" }, { today: "2026-11-25" });
  assert.deepEqual(found.hard, []);
});

test("every pattern of the form is one that a browser reads", () => {
  for (const { hard, soft } of fieldsOf(form)) {
    for (const { rule, value } of [...hard, ...soft]) if (rule === "pattern") new RegExp(`^(?:${value})$`, "u");
  }
});
