/** An officer's keys while the console is unlocked: in memory only, and inside WebCrypto as soon as they are open. */

import { importPrivate } from '../crypto/key-pair.js';
import { openGrant, unwrapOfficerKey } from '../crypto/keyring.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('../crypto/key-pair.js').KeyPair} KeyPair */
/** @typedef {import('../crypto/key-pair.js').PrivateKey} PrivateKey */
/** @typedef {import('../crypto/keyring.js').KeyList} KeyList */
/** @typedef {{officer: import('../crypto/keyring.js').OfficerKey, grants: Record<string, string>, root: string}} Sealed */

export class Keys {
  /** @param {KeyList} list @param {Map<string, PrivateKey>} seal @param {Map<string, PrivateKey>} office */
  constructor(list, seal, office) {
    this.list = list;
    this.seal = seal; // open cases, by kid
    this.office = office; // sign steps, by kid
  }

  /** The key that signs steps now: the primary one, or an older one as long as it counts. */
  get signing() {
    const usable = [...this.office.keys()].filter((kid) => this.list.find(kid)?.state !== 'next');
    const kid = usable.find((one) => this.list.find(one)?.state === 'primary') ?? usable[0];
    return kid === undefined ? null : { kid, private: /** @type {PrivateKey} */ (this.office.get(kid)) };
  }

  /** Whether the console was locked since. */
  get isForgotten() {
    return this.seal.size === 0;
  }

  forget() {
    this.seal.clear();
    this.office.clear();
  }
}

/**
 * Open an officer's record with the key of their passphrase, and every grant that the key list still knows.
 * An `OpenError` means that the passphrase is wrong, or the record was changed; a grant that does not open is left out.
 * @param {Sealed} sealed
 * @param {Bytes} passphraseKey
 * @param {KeyList} list
 */
export async function openKeys({ officer, grants }, passphraseKey, list) {
  const own = await intoWebCrypto(await unwrapOfficerKey(officer, passphraseKey), 'ECDH');
  passphraseKey.fill(0);
  /** @type {Record<string, Map<string, PrivateKey>>} */
  const opened = { seal: new Map(), office: new Map() };
  for (const [kid, grant] of Object.entries(grants)) {
    const listed = list.find(kid);
    if (!listed || listed.state === 'destroyed' || !Object.hasOwn(opened, listed.use)) continue;
    const pair = await openGrant(grant, kid, officer.officer, own).catch(() => null);
    if (pair && isSame(pair.pub, listed.pub)) {
      opened[listed.use].set(kid, await intoWebCrypto(pair, listed.use === 'seal' ? 'ECDH' : 'ECDSA'));
    }
  }
  return new Keys(list, opened.seal, opened.office);
}

/** @param {KeyPair} pair @param {'ECDH' | 'ECDSA'} name */
async function intoWebCrypto(pair, name) {
  const imported = await importPrivate(pair, name);
  pair.d.fill(0);
  return imported;
}

/** @param {Bytes} one @param {Bytes} other */
const isSame = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
