/** Which pictures of a draft go to the office: those of papers that its answers ask for. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { sealImages } from '../../../pwa/images/seal-images.js';

const form = JSON.parse(readFileSync(new URL('../../../content/forms/passport-new.v3.json', import.meta.url), 'utf8'));
const DAY = { today: '2026-11-30' };
const CASE = 'a'.repeat(24);
const image = (field) => ({ id: `d-${field}`, field, type: 'image/webp', size: 1 });
const sealed = (values, papers) => sealImages({ values, images: papers.map(image) }, form, CASE, DAY);

test('a picture of a paper that is no longer asked for stays on the phone', async () => {
  const { blobs, files, values } = await sealed({ punya_paspor_lama: '0', tanggal_lahir: '1990-01-31' }, ['paspor-lama', 'akta-lahir']);
  assert.deepEqual([blobs, files, values.files], [[], [], null]);
});

test('a picture of a paper that is asked for goes, also of one that the form does not know', async () => {
  const adult = { punya_paspor_lama: '1', tanggal_lahir: '1990-01-31', status_sipil: '2' };
  for (const paper of ['paspor-lama', 'kk', 'ktp', 'surat-lain']) {
    // There is no database here: whatever is to be sealed is looked for in vain.
    await assert.rejects(sealed(adult, [paper]), ReferenceError, paper);
  }
});
