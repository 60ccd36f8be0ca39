/**
 * Finds secrets by what stands around them: addresses with credentials, `Authorization` headers,
 * private keys, and values behind names that say what they are.
 *
 * Every pattern ends somewhere, whatever the text: none repeats anything more often than a fixed number
 * of times, and none repeats what repeats. So the work grows with the text and not with its square.
 * @module
 */
import { isSecretVariable } from "./name.ts";

/** Schemes whose user is a name and no secret, unless a password stands behind it. */
const NAMED_USER = /^(?:ssh|git\+ssh|ssh\+git|sftp)$/i;

/** Schemes whose user alone is mostly a token. */
const TOKEN_USER = /^(?:https?|git|ftps?|wss?)$/i;

/** What stands between a scheme and a host. */
const USER = /[^\s/@"'<>]{1,1000}@/y;

/** A password with a slash that is not escaped; what is only a port before the slash is none. */
const SLASHED = /[^\s/@:"'<>]{0,200}:(?!\d{1,5}\/)[^\s@"'<>]{1,300}@/y;

/** Longest scheme that is looked for. */
const LONGEST_SCHEME = 31;

/** Longest name that is looked for. */
const LONGEST_NAME = 64;

/** Replaces what stands before the host of an address. */
export function replaceAddresses(text: string, replacement: string): string {
  let result = "";
  let done = 0;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", Math.max(at + 3, done))) {
    const start = at + 3;
    const scheme = text.slice(backOver(text, at, { chars: SCHEME_CHAR, most: LONGEST_SCHEME }), at);
    USER.lastIndex = start;
    SLASHED.lastIndex = start;
    const user = USER.exec(text)?.[0] ?? SLASHED.exec(text)?.[0];
    if (user === undefined || !/[a-z]/i.test(scheme)) continue;
    const isName = !user.includes(":") && (NAMED_USER.test(scheme) || !TOKEN_USER.test(scheme));
    if (isName) continue;
    result += text.slice(done, start) + replacement;
    done = start + user.length - 1;
  }
  return result + text.slice(done);
}

const SCHEME_CHAR = /[a-z0-9+.-]/i;
const NAME_CHAR = /[\w.-]/;

/** Where a run of such characters begins that ends at `end`; not farther back than `most`. */
function backOver(
  text: string,
  end: number,
  { chars, most }: { readonly chars: RegExp; readonly most: number },
): number {
  let at = end;
  while (at > 0 && end - at < most && chars.test(text.charAt(at - 1))) at -= 1;
  return at;
}

/** `Authorization: Basic …`, as a header, in JSON, on a command line. */
const HEADER =
  /((?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?)((?:basic|bearer|digest|token|negotiate|aws4-hmac-sha256|apikey)\s{1,4})?([^\s"',;]{4,8000})/gi;

const BEARER = /(\bbearer\s{1,4})([A-Za-z0-9._~+/=-]{16,8000})/gi;

/** Replaces the credentials of HTTP headers. */
export function replaceHeaders(text: string, replacement: string): string {
  return text
    .replace(
      HEADER,
      (_, name: string, scheme: string | undefined) => `${name}${scheme ?? ""}${replacement}`,
    )
    // `bearer token-of-friendship` is a phrase: a token has a digit or capitals in it.
    .replace(
      BEARER,
      (whole, word: string, token: string) =>
        looksRandom(token) || word.startsWith("B") ? word + replacement : whole,
    );
}

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Replaces private keys in PEM form, up to their end or that of the text. */
export function replacePrivateKeys(text: string, replacement: string): string {
  let result = "";
  let done = 0;
  for (;;) {
    KEY_BEGIN.lastIndex = done;
    const begin = KEY_BEGIN.exec(text);
    if (begin === null) return result + text.slice(done);
    result += text.slice(done, begin.index) + replacement;
    KEY_END.lastIndex = begin.index;
    if (KEY_END.exec(text) === null) return result;
    done = KEY_END.lastIndex;
  }
}

/** Names that are always a secret's; others that only contain such a word need more signs. */
const STRONG =
  /(?:password|passwd|passphrase|secret|(?:api|access|private|secret)[_-]?key|(?:access|auth|refresh|id)[_-]?token)$/i;

/**
 * What assigns, behind a name. A name behind a quote has its value in quotes as well: `"API_KEY": it is
 * …` is a sentence.
 */
const ASSIGNS = /["']\s{0,3}[=:]\s{0,3}["']|(?<![\s=:])\s{0,3}[=:]\s{0,3}["']?/g;

/** `--token VALUE` */
const FLAG = /(?<![\s-])\s{1,3}(?![-\s])["']?/g;

/** As much of a value as is needed to judge it. */
const VALUE = /[^\s"',;&]{6,200}/y;

/** What ends a value. */
const END = /[\s"',;&]/g;

/** Replaces values behind names that say that they are secrets. */
export function replaceAssigned(text: string, replacement: string): string {
  const judged = replaceValues(text, { before: ASSIGNS, isSecret: isSecretValue, replacement });
  return replaceValues(judged, {
    before: FLAG,
    isSecret: (name, _, value) => name.startsWith("--") && looksRandom(value),
    replacement,
  });
}

/**
 * Replaces whole values. Where a value is no secret the search goes on in it, for another name; only
 * behind names that may be a secret's is a value looked at twice.
 */
function replaceValues(text: string, { before, isSecret, replacement }: {
  readonly before: RegExp;
  readonly isSecret: (name: string, assigns: string, value: string) => boolean;
  readonly replacement: string;
}): string {
  let result = "";
  let done = 0;
  before.lastIndex = 0;
  for (let found = before.exec(text); found !== null; found = before.exec(text)) {
    const start = before.lastIndex;
    const [assigns] = found;
    const from = backOver(text, found.index, { chars: NAME_CHAR, most: LONGEST_NAME });
    const name = text.slice(from, found.index);
    if (!isNamedSecret(name)) continue;
    VALUE.lastIndex = start;
    const value = VALUE.exec(text)?.[0];
    if (value === undefined || !isSecret(name, assigns, value)) continue;
    END.lastIndex = start;
    const end = END.exec(text)?.index ?? text.length;
    result += text.slice(done, start) + replacement;
    done = end;
    before.lastIndex = end;
  }
  return result + text.slice(done);
}

function isSecretValue(name: string, assigns: string, value: string): boolean {
  if (STRONG.test(name)) return true;
  if (!isNamedSecret(name) || isPlain(value)) return false;
  // `TOKEN=…` assigns; `token: …` may be a sentence.
  return assigns.includes("=") || /^[A-Z0-9_]+$/.test(name) || looksRandom(value);
}

function isNamedSecret(name: string): boolean {
  return STRONG.test(name) || isSecretVariable(name.replaceAll(/[.-]/g, "_"));
}

/** Numbers and words of configurations. */
function isPlain(value: string): boolean {
  return /^(?:\d{1,9}|true|false|null|none|undefined|required|optional|disabled|enabled)$/i.test(
    value,
  );
}

/** Letters and digits together, or a long word of small and capital letters. */
function looksRandom(value: string): boolean {
  if (/\d/.test(value) && /[A-Za-z]/.test(value)) return true;
  return value.length >= 20 && /[a-z][A-Z]|[A-Z][a-z]{1,3}[A-Z]/.test(value);
}
