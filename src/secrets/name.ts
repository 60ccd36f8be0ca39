/**
 * Names of secrets.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isSecretName } from "../state_layout/grammar.ts";
import { isDeviceName, whyNotOnWindows } from "../state_layout/windows_names.ts";

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
      (isDeviceName(name)
        ? whyNotOnWindows(name)
        : "a name consists of letters, digits and underscores"),
  );
}

/**
 * Names of variables that decide how programs are found, loaded and run: a secret of that name would
 * break, or take over, every command that gets it. Compared without case, as Windows does.
 */
const USED_BY_PROGRAMS = new RegExp(
  "^(?:" + [
    "PATH|PATHEXT|HOME|USER|LOGNAME|USERNAME|USERPROFILE|SHELL|PWD|OLDPWD|TERM|IFS|ENV|CDPATH",
    "SHELLOPTS|BASHOPTS|BASH_ENV|PS4|PROMPT_COMMAND|COMSPEC|SYSTEMROOT|WINDIR|APPDATA|LOCALAPPDATA",
    "TMP|TEMP|TMPDIR|LANG|LANGUAGE|TZ|EDITOR|VISUAL|PAGER|LC_\\w+|XDG_\\w+|LD_\\w+|DYLD_\\w+",
    "NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|BUN_\\w+|DENO_DIR",
    "PYTHONPATH|PYTHONHOME|PYTHONSTARTUP|PERL5LIB|PERL5OPT|RUBYLIB|RUBYOPT|JAVA_TOOL_OPTIONS",
    "GIT_(?:DIR|WORK_TREE|INDEX_FILE|CONFIG\\w*|SSH\\w*|EXEC_PATH|EDITOR|PAGER|ASKPASS)|SSH_ASKPASS",
    "HTTPS?_PROXY|ALL_PROXY|NO_PROXY|SSL_CERT_(?:FILE|DIR)|CI|ORCHESTRATOR_\\w+|SECRETS_PASSWORD",
  ].join("|") + ")$",
  "i",
);

/** Whether programs take a variable of this name for something else. */
export function isUsedByPrograms(name: string): boolean {
  return USED_BY_PROGRAMS.test(name);
}

/**
 * A name that a secret may be kept under, or given to a command.
 * @throws `invalid_argument`
 */
export function requireOwnName(name: string, verb: string): string {
  if (!isUsedByPrograms(requireSecretName(name, verb))) return name;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot ${verb} secret "${name}": programs use a variable of this name for something else`,
    { hint: "Choose another name, for example one that ends in _TOKEN or _KEY" },
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
  /^(?:PWD|OLDPWD|ORCHESTRATOR_SECRETS_IDENTITY)$|_(?:FILE|PATH|DIR|URL|URI|TYPE|NAME|SOCK|HOST|PORT|COUNT|LIMIT|TIMEOUT|TTL|EXPIRY|REPO|ORDER|RECIPIENTS|FILES)$/i;

/** `postgres` and `12345678` are in many texts that have nothing to do with the password. */
export const WORD = /^([A-Za-z]{1,15}|\d{1,11})$/;

/** Shorter values of variables are flags and numbers. */
export const SHORTEST_VALUE = 8;

/**
 * Whether a variable of a `.env` file is to be kept out of texts: there stand settings, too, that are in
 * many texts. What is not, is so once the variable was asked for as a secret.
 */
export function mayBeSecret(name: string, value: string): boolean {
  return isSecretVariable(name) || (value.length >= SHORTEST_VALUE && !WORD.test(value));
}
