/**
 * Checks the signature of a release: ECDSA over P-256 with SHA-256, DER, as
 * `openssl dgst -sha256 -sign` makes it.
 * @module
 */
import { createPublicKey, verify } from "node:crypto";

/**
 * Whether one of the keys has signed the text.
 * @param keys public keys as PEM.
 */
export function isSignedBy(
  text: Uint8Array,
  signature: Uint8Array,
  keys: readonly string[],
): boolean {
  return keys.some((pem) => {
    const key = createPublicKey(pem);
    const curve = key.asymmetricKeyDetails?.namedCurve;
    if (key.asymmetricKeyType !== "ec" || curve !== "prime256v1") return false;
    try {
      return verify("sha256", text, key, signature);
    } catch {
      // What is not even a signature is no signature.
      return false;
    }
  });
}
