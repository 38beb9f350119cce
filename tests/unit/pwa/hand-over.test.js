import assert from 'node:assert/strict';
import { test } from 'node:test';

import { handOverText } from '../../../pwa/hand-over.js';

const field = (key, control = 'text', options = null) => ({ key, label: `label.${key}`, control, options });
const FORM = {
  sections: [
    { fields: [field('kelas', 'radio', [['pengaduan', 'A complaint']]), field('uraian', 'textarea'), field('kapan', 'date'), field('kosong')] },
    { fields: [field('identitas', 'radio', []), field('nama_pelapor'), field('kontak'), field('files', 'files')] },
  ],
};
const ANSWERS = {
  kelas: 'pengaduan', uraian: 'Antre\nlama', kapan: '2026-11-28', kosong: null, nama_pelapor: 'UPIK', kontak: '0812', files: [['bukti']],
};
const write = (identitas, isOwn) => handOverText(FORM, { ...ANSWERS, identitas }, (key) => key, { isOwn });
const BARE = 'label.kelas: A complaint\nlabel.uraian: Antre\nlama\nlabel.kapan: 28-11-2026';

test('the office hands on no name that was given in confidence', () => {
  assert.equal(write('rahasia', false), BARE);
  assert.equal(write('anonim', false), BARE);
});

test('an open name goes along, and whoever complains may name themselves', () => {
  const named = `${BARE}\nlabel.nama_pelapor: UPIK\nlabel.kontak: 0812`;
  assert.equal(write('terbuka', false), named);
  assert.equal(write('rahasia', true), named);
});
