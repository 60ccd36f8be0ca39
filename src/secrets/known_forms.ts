/**
 * The ways in which programs write a secret down.
 * @module
 */

/** A part of a secret in base64 that is shorter would be found in ordinary text. */
const SHORTEST_INNER = 12;

/** Every form in which a text may stand in another one. */
export function formsOf(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bases = base64Forms(bytes);
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    ...bases,
    ...bases.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
  ];
}

/**
 * Base64 without its end: from the beginning of what is encoded, and from one and two bytes in, as in
 * `Authorization: Basic`, where a user's name stands in front. Of those only the part that the secret
 * alone decides.
 */
function base64Forms(bytes: Uint8Array): readonly string[] {
  const whole = base64(bytes).replace(/=+$/, "");
  const inner = [1, 2].map((offset) => {
    const padded = new Uint8Array(offset + bytes.length);
    padded.set(bytes, offset);
    const text = base64(padded).replace(/=+$/, "");
    const decided = Math.floor((offset + bytes.length) / 3) * 4;
    return text.slice(offset === 1 ? 2 : 3, decided);
  });
  // What follows the secret decides the last characters of the first form, too.
  const open = whole.slice(0, Math.floor(bytes.length / 3) * 4);
  return [whole, ...[open, ...inner].filter((form) => form.length >= SHORTEST_INNER)];
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
