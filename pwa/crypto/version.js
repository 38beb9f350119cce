/** What a version is made of, for the sealing and the opening half alike: its ids, its hash and every context. */

import { b64uDecode, b64uEncode, canonical, concat, h16, sha256 } from './canonical.js';
import { hkdf, hmac } from './cipher.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./canonical.js').Canonical} Canonical */
/** @typedef {{v: 1, g: Record<string, string>, w: string, m: string}} Seal */
/**
 * @typedef {{_id: string, type: string, service: string, form: string, at: number, channel: string,
 *   device: string | null, area: string | null, wish: string[], prev: string[], blobs: string[], seal: Seal,
 *   _rev?: string}} Version
 */
/** @typedef {Record<string, string>} Wrap */

/** @type {Record<string, string>} */
export const PREFIXES = { application: 'app', complaint: 'cmp', message: 'msg', survey: 'svy' };

/** @param {Version} version */
export const caseOfVersion = (version) => version._id.split('.')[1];

/** @param {Version} version */
export const vOf = (version) => version._id.split('.')[2];

/**
 * H, the canonical bytes that bind every clear field, every group and the wrap.
 * @param {Version} version
 */
export async function versionHash(version) {
  const { type, service, form, at, channel, device, area, wish, prev, blobs, seal } = version;
  /** @type {Canonical[]} */
  const groups = [];
  for (const name of Object.keys(seal.g).sort()) {
    groups.push([name, b64uEncode(await sha256(b64uDecode(seal.g[name])))]);
  }
  const clear = [service, form, at, channel, device, area, wish, prev, blobs];
  return canonical(['sl1', type, caseOfVersion(version), ...clear, groups, seal.w]);
}

/** The digest of H and m, from which the id and a receipt are made. @param {Version} version */
export const versionDigest = async (version) =>
  sha256(concat(await versionHash(version), b64uDecode(version.seal.m)));

/** w, which a version carries of the wrap it was sealed with. @param {Wrap} wrap */
export const wrapHash = async (wrap) =>
  b64uEncode(await h16(canonical(Object.keys(wrap).sort().map((kid) => [kid, wrap[kid]]))));

/** @param {Bytes} dek @param {Version} version */
export const macOf = async (dek, version) =>
  hmac(await hkdf(dek, canonical(['sl1-mac'])), await versionHash(version));

/** @param {Bytes} dek @param {string} group */
export const groupKey = (dek, group) => hkdf(dek, canonical(['sl1-group', group]));

/** @param {Pick<Version, 'type' | 'service' | 'form'>} version @param {string} caseId @param {string} group */
export const groupContext = ({ type, service, form }, caseId, group) =>
  canonical(['sl1', type, caseId, service, form, group]);

/** @param {string} type @param {string} caseId */
export const holderContext = (type, caseId) => canonical(['sl1-open', type, caseId]);

/** @param {string} type @param {string} caseId @param {string} kid */
export const wrapInfo = (type, caseId, kid) => canonical(['sl1-wrap', type, caseId, kid]);
