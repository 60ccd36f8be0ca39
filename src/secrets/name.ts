/**
 * Names of secrets.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isSecretName } from "../state_layout/grammar.ts";

export { isSecretName };

/**
 * @param verb as in "Cannot <verb> secret".
 * @throws `invalid_argument`
 */
export function requireSecretName(name: string, verb: string): string {
  if (isSecretName(name)) return name;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot ${verb} secret ${JSON.stringify(name.slice(0, 80))}: ` +
      "a name consists of letters, digits and underscores",
  );
}

/**
 * Variables that hold a secret, as far as a name can tell: their values are kept out of what is stored
 * and shown.
 */
export function isSecretVariable(name: string): boolean {
  return SECRET_WORD.test(name.replace(NO_SECRET_WORD, "")) && !DESCRIBES.test(name);
}

/** Anywhere in a name, `PASS`, `PWD` and `AUTH` as words of their own or at its end. */
const SECRET_WORD =
  /API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AGE_KEY|SECRET|TOKEN|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|(?:^|_)(?:PWD|AUTH|PASS)(?:_|$)|[A-Z]PASS$/i;

/** Words that only look like one of them. */
const NO_SECRET_WORD =
  /TOKENI[SZ]\w{0,40}|(?:MAX|MIN|NUM|TOTAL|PROMPT|INPUT|OUTPUT)_(?:[A-Z]{1,20}_){0,2}TOKENS|BYPASS|COMPASS|TRESPASS/gi;

/** Names of what leads to a secret, or says something about one. */
const DESCRIBES =
  /^(?:PWD|OLDPWD)$|_(?:FILE|PATH|DIR|URL|URI|TYPE|NAME|SOCK|HOST|PORT|COUNT|LIMIT|TIMEOUT|TTL|EXPIRY)$/i;
