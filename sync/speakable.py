"""Bytes as words that can be said, heard and compared: two syllables of a consonant and a vowel, 12 bits a word.

For fingerprints, eight words (96 bits); for passphrases that are offered, four (48 bits). Made after the pattern of
proquints, with consonants and vowels that people of Sumatra hear apart.
"""

from sync.canonical import sha256

CONSONANTS = "bcdghjklmnprstwy"
VOWELS = "aiou"
FINGERPRINT = 8  # words
BITS = 12  # of one word


def speakable(data: bytes, words: int) -> str:
    """Write the first bits of *data* as *words* words with spaces between.

    Raises:
        ValueError: *data* is too short.
    """
    if len(data) * 8 < words * BITS:
        raise ValueError("too few bytes for as many words")
    bits = int.from_bytes(data) >> (len(data) * 8 - words * BITS)
    parts = [bits >> BITS * (words - 1 - place) & 0xFFF for place in range(words)]
    return " ".join(_syllable(part >> 6) + _syllable(part & 63) for part in parts)


def fingerprint(public: bytes) -> str:
    """Give the eight words by which people compare a public key (65 bytes)."""
    return speakable(sha256(public), FINGERPRINT)


def _syllable(six: int) -> str:
    return CONSONANTS[six >> 2] + VOWELS[six & 3]
