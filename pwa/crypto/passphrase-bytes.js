/** The bytes of a passphrase that Argon2id takes: NFC, UTF-8. */

import { utf8 } from './canonical.js';

/** @param {string} passphrase */
export const passphraseBytes = (passphrase) => utf8(passphrase.normalize('NFC'));
