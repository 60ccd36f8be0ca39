/**
 * What can be said of a secret without saying it.
 * @module
 */

/** Slow on purpose: a short value must not be found by trying. */
const ROUNDS = 200_000;

/**
 * Eight hex digits that are the same wherever the same secret is kept under the same name.
 * @returns null for a value so short that even these could give it away.
 */
export async function fingerprint(name: string, value: string): Promise<string | null> {
  if (value.length < 8) return null;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(value), "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    {
      name: "PBKDF2",
      hash: "SHA-256",
      salt: encoder.encode(`orchestrator secret ${name}`),
      iterations: ROUNDS,
    },
    key,
    32,
  );
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What makes a value look as if it were none: `changeme`, `<your key>`, `xxxx`. */
export function placeholder(value: string): boolean {
  const text = value.trim();
  return /^(<.*>|\[.*\]|\{\{.*\}\}|\$\{?\w+\}?)$/.test(text) || /^(.)\1*$/.test(text) ||
    /^(change[-_ ]?me|todo|tbd|fixme|placeholder|dummy|example|secret|password|test|none|null|undefined|foo|bar)$/i
      .test(text) ||
    /\b(your[-_ ]?(\w+[-_ ])?(api[-_ ]?)?(key|token|secret|password)|insert[-_ ].*here|replace[-_ ]?me|x{6,}|\.{3,})/i
      .test(text);
}
