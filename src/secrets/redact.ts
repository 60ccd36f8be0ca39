/**
 * Takes secrets out of text before it is stored or shown.
 *
 * Knows the shapes of common keys. A shape counts only as a word of its own, so that ordinary words
 * (`task-…`) and hashes stay as they are.
 * @module
 */

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

const KEY_SHAPES: readonly RegExp[] = [
  // OpenAI, OpenRouter, Anthropic, Stripe
  /(?<![\w-])(?:sk|pk|rk)[-_](?:[a-z]+[-_]){0,3}[A-Za-z0-9_-]{20,}/g,
  // GitHub
  /(?<![\w-])gh[pousr]_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])github_pat_[A-Za-z0-9_]{30,}/g,
  // GitLab, npm, Hugging Face, Slack, xAI, Google, AWS
  /(?<![\w-])glpat-[A-Za-z0-9_-]{20,}/g,
  /(?<![\w-])npm_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])hf_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])xox[abprs]-[A-Za-z0-9-]{10,}/g,
  /(?<![\w-])xai-[A-Za-z0-9]{20,}/g,
  /(?<![\w-])AIza[A-Za-z0-9_-]{35}/g,
  /(?<![\w-])(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g,
  // age identities, JSON web tokens, PEM private keys
  /AGE-SECRET-KEY-1[0-9A-Z]{20,}/g,
  /(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi;
const BEARER = /(\bBearer\s+)[A-Za-z0-9._~+/=-]{16,}/g;
const ASSIGNMENT =
  /(\b[\w-]*(?:password|passwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s*[=:]\s*["']?)([^\s"',;]{6,})/gi;

/** The text with every secret replaced by {@link REDACTED}. */
export function redact(text: string): string {
  let result = text.replace(URL_CREDENTIALS, `$1${REDACTED}@`).replace(BEARER, `$1${REDACTED}`);
  for (const shape of KEY_SHAPES) result = result.replace(shape, REDACTED);
  return result.replace(ASSIGNMENT, `$1${REDACTED}`);
}
