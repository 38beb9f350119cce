/** Sealing `sl1`: what a page that only sends needs. The theory stands in sync/seal.py, the bytes in docs/formats.md. */

import { encodeAnswers } from './answers.js';
import { b32Encode, b64uEncode, concat, h16 } from './canonical.js';
import { aesSeal, randomBytes } from './cipher.js';
import { FormatError } from './errors.js';
import { hpkeSeal } from './hpke-seal.js';
import { pad } from './padding.js';
import { PREFIXES, groupContext, groupKey, holderContext, macOf, versionDigest, wrapHash, wrapInfo } from './version.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./answers.js').Answer} Answer */
/** @typedef {import('./receipt-code.js').CodeKeys} CodeKeys */
/** @typedef {import('./version.js').Version} Version */
/** @typedef {import('./version.js').Wrap} Wrap */
/**
 * @typedef {{type: string, codeKeys: CodeKeys, service: string, form: string, at: number, channel: string,
 *   device: string | null, area: string | null, wish: string[], prev: string[], groups: Record<string, Answer[]>,
 *   recipients: [string, Bytes][], blobs?: string[]}} Content
 * recipients: the office's keys as [kid, public key of 65 bytes]; groups: answers in the form's field order.
 */

/**
 * Seal a version of a case; give it and its wrap.
 * Random bytes are taken in this order: the data key, a nonce for each group by name, a nonce for the holder.
 * @param {Content} content
 * @param {{random?: import('./cipher.js').Random, wrapKey?: typeof hpkeSeal}} [chance]
 * @returns {Promise<{version: Version, wrap: Wrap}>}
 */
export async function sealVersion(content, { random = randomBytes, wrapKey = hpkeSeal } = {}) {
  const { type, codeKeys, groups, recipients, blobs = [], ...clear } = content;
  if (!Object.hasOwn(PREFIXES, type)) throw new FormatError('not a version that can be sealed: type-unknown');
  const { service, form, at, channel, device, area, wish, prev } = clear;
  const dek = random(32);
  const head = `${PREFIXES[type]}.${codeKeys.case}.`;
  /** @type {Record<string, string>} */
  const g = {};
  for (const name of Object.keys(groups).sort()) {
    const plain = await pad(encodeAnswers(groups[name]));
    const context = groupContext({ type, service, form }, codeKeys.case, name);
    g[name] = b64uEncode(await aesSeal(await groupKey(dek, name), plain, context, random));
  }
  const wrap = await wrapDek(dek, type, codeKeys, recipients, random, wrapKey);
  const seal = { v: /** @type {const} */ (1), g, w: await wrapHash(wrap), m: '' };
  const version = { _id: head, type, service, form, at, channel, device, area, wish, prev, blobs, seal };
  seal.m = b64uEncode(await macOf(dek, version));
  version._id = head + b32Encode((await versionDigest(version)).slice(0, 12));
  return { version, wrap };
}

/**
 * @param {Bytes} dek @param {string} type @param {CodeKeys} keys @param {[string, Bytes][]} recipients
 * @param {import('./cipher.js').Random} random @param {typeof hpkeSeal} wrapKey
 */
async function wrapDek(dek, type, keys, recipients, random, wrapKey) {
  /** @type {Wrap} */
  const wrap = {};
  const plain = concat(dek, await h16(keys.read), keys.sign);
  for (const [kid, pub] of recipients) {
    wrap[kid] = b64uEncode(await wrapKey(plain, pub, wrapInfo(type, keys.case, kid)));
  }
  wrap.t = b64uEncode(await aesSeal(keys.open, dek, holderContext(type, keys.case), random));
  return wrap;
}
