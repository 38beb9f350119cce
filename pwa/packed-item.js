/**
 * An item as a thin link carries it, the twin of sync/packed_item.py: every field at its place, its bytes in one text, and
 * nothing that follows from it: no w, no id but four bytes of v, of the encapsulated point one coordinate and a sign.
 */

import { b32Decode, b64uDecode, b64uEncode, concat } from './crypto/canonical.js';

const CLEAR = ['service', 'form', 'at', 'channel', 'device', 'area', 'wish', 'prev', 'blobs'];
const [POINT, X, CHECK] = [65, 33, 4]; // bytes of a point, those up to the end of its first coordinate, of v

/** Pack an item's line; one with more than a group or an office's entry is given as it is. @param {string} line */
export function packedItem(line) {
  const [version, wrap] = JSON.parse(line);
  const [groups, kids] = [Object.keys(version.seal.g), Object.keys(wrap).filter((kid) => kid !== 't')];
  if (groups.length !== 1 || kids.length !== 1) return line;
  const [, caseId, v] = version._id.split('.');
  const entry = b64uDecode(wrap[kids[0]]);
  const bytes = concat(
    b32Decode(caseId), b32Decode(v).slice(0, CHECK), b64uDecode(version.seal.m), b64uDecode(wrap.t),
    [2 | (entry[POINT - 1] & 1)], entry.slice(1, X), entry.slice(POINT), b64uDecode(version.seal.g[groups[0]]),
  );
  const clear = CLEAR.map((key) => version[key]);
  return JSON.stringify([version.type, ...clear, groups[0], kids[0], b64uEncode(bytes)]);
}
