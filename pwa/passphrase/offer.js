/** A passphrase for whoever has none in mind. */

import { randomBytes } from '../crypto/cipher.js';
import { speakable } from '../crypto/speakable.js';

const WORDS = 4;

/** Four words, 48 bits. */
export const offerPassphrase = () => speakable(randomBytes(6), WORDS);
