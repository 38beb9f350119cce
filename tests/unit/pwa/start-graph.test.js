import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const IMPORT = /^(?:import|export)\s[^;]*?from '(\.[^']+)'/gm;

/** Every module that a module needs before it runs, itself included. */
function graph(start, found = new Set()) {
  if (found.has(start)) return found;
  found.add(start);
  const source = readFileSync(path.join(ROOT, 'pwa', start), 'utf8');
  for (const [, to] of source.matchAll(IMPORT)) graph(path.join(path.dirname(start), to), found);
  return found;
}

test('what every page starts with is a handful of modules', () => {
  assert.ok(graph('main.js').size <= 10, [...graph('main.js')].join(' '));
});

test('the draft is looked for by the first script of the page, which needs nothing else of the form', () => {
  const page = readFileSync(path.join(ROOT, 'templates/form.html'), 'utf8');
  const [, first] = /<script type="module" src="\/pwa\/([^"]+)"/.exec(page);
  assert.ok(page.indexOf(first) < page.indexOf('modulepreload'));
  const base = readFileSync(path.join(ROOT, 'templates/base.html'), 'utf8');
  assert.ok(base.indexOf('block preload') < base.indexOf('/pwa/main.js'));
  assert.ok(graph(first).has('drafts.js') && !graph(first).has('components/application-form.js'));
});

test('no rule and no sealing is loaded before the draft is back', () => {
  const early = [...graph('components/application-form.js')].filter((module) => /rules|seal|hpke|outbox|exchange/.test(module));
  assert.deepEqual(early, []);
});
