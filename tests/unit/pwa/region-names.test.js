/** Names of regions come out of the form's page, whether its options are closed or not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readRegionNames } from '../../../pwa/region-names.js';

test('options of regions are read, other options are not', () => {
  const names = readRegionNames(`<select name="tujuan"><option value="">Pilih …</option><option value="haji">Haji</option></select>
    <optgroup label="Kecamatan Kinali"><option value="13.12.03.2001">Kinali</option>
    <option value="13.12.03.2002" selected>Katiagan (Mandiangin)
    <option value="11.01">Kabupaten Aceh &amp; Seberang</optgroup>`);
  assert.deepEqual([...names], [
    ['13.12.03.2001', 'Kinali'],
    ['13.12.03.2002', 'Katiagan (Mandiangin)'],
    ['11.01', 'Kabupaten Aceh & Seberang'],
  ]);
});
