/** The office's signed list of keys; the twin of it in sync/keyring.py. */

import { b64uDecode } from './canonical.js';
import { OpenError, opening } from './errors.js';
import { verify } from './verify.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {{kid: string, use: string, who: string, kem: number | null, state: string, pub: Bytes}} ListedKey */

const USES = ['seal', 'office', 'server', 'hub'];
const STATES = ['next', 'primary', 'old', 'destroyed'];
const KEM_P256 = 16;

/** A verified list of keys. */
export class KeyList {
  /** @param {{office: string, seq: number, at: number, until: number, keys: ListedKey[]}} content */
  constructor({ office, seq, at, until, keys }) {
    this.office = office;
    this.seq = seq;
    this.at = at;
    this.until = until;
    this.keys = keys;
  }

  /** @param {string} kid */
  find(kid) {
    return this.keys.find((key) => key.kid === kid);
  }

  /** The key now in use, or undefined. @param {string} use */
  primary(use, who = 'office') {
    return this.keys.find((key) => key.use === use && key.who === who && key.state === 'primary');
  }

  /** Whether the list should have been renewed; it still counts, with a warning. @param {number} now */
  isPast(now) {
    return now > this.until;
  }
}

/**
 * Check a list of keys against the pinned root; a `seq` lower than one already seen is refused.
 * @param {any} signed [signed array, signature]
 * @param {Bytes} rootPub
 */
export function verifyKeyList(signed, rootPub, { minSeq = 0 } = {}) {
  return opening(async () => {
    const [array, sig] = signed;
    await verify(array, sig, rootPub);
    const [tag, office, seq, at, until, rows] = array;
    const isList = tag === 'keys1' && array.length === 6 && signed.length === 2 && typeof office === 'string';
    const areNumbers = [seq, at, until].every((value) => typeof value === 'number');
    if (!isList || !areNumbers || !Array.isArray(rows) || seq < minSeq) throw new OpenError();
    const keys = rows.map(listed);
    const primaries = keys.filter((key) => key.state === 'primary').map((key) => `${key.use} ${key.who}`);
    if (hasTwins(keys.map((key) => key.kid)) || hasTwins(primaries)) throw new OpenError();
    return new KeyList({ office, seq, at, until, keys });
  });
}

/** @param {any} row @returns {ListedKey} */
function listed(row) {
  const [kid, use, who, kem, state, text] = row;
  const pub = b64uDecode(text);
  const isNamed = row.length === 6 && /^[a-z0-9]{2,8}$/.test(kid) && /^(office|hub:[a-z0-9][a-z0-9-]{0,31})$/.test(who);
  const isKnown = USES.includes(use) && STATES.includes(state) && (use === 'hub') === (who !== 'office');
  if (!isNamed || !isKnown || kem !== (use === 'seal' ? KEM_P256 : null) || pub.length !== 65) throw new OpenError();
  return { kid, use, who, kem, state, pub };
}

/** @param {string[]} names */
const hasTwins = (names) => new Set(names).size !== names.length;
