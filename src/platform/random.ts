/**
 * Random identifiers.
 * @module
 */

/** The alphabet of RFC 4648 §6, lower case. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** `bytes` in lower-case base32 (RFC 4648 §6) without padding; the last digit is filled with zero bits. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >>> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET.charAt((buffer << (5 - bits)) & 31);
  return text;
}

/**
 * A random identifier in lower-case base32.
 * @param bits The least number of random bits; every digit is fully random, so 60 gives 12 digits
 * and 64 gives 13 digits with 65 random bits.
 */
export function randomBase32(bits: number): string {
  const digits = Math.ceil(bits / 5);
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(digits * 5 / 8)));
  return base32(bytes).slice(0, digits);
}
