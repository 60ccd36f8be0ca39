/**
 * The environment that tests, benches and trials give to what they start: nothing in it tells of an
 * agent, of CI, of a hook's repository or of a session, wherever they themselves are started.
 * @module
 */

/** What programs need to run, to find their caches and to reach the network. All else is left out. */
const KEPT: readonly RegExp[] = [
  /^(PATH|HOME|USER|LOGNAME|USERNAME|SHELL|LANG|LC_\w+|TZ)$/,
  /^(TMPDIR|TEMP|TMP)$/,
  /^CRASH_\w+$/,
  /^(DENO_DIR|DENO_JOBS|DENO_NO_UPDATE_CHECK|DENORT_BIN|DENO_CERT|DENO_TLS_CA_STORE)$/,
  /^(NPM_CONFIG_\w+|XDG_\w+)$/,
  /^(HTTPS?_PROXY|NO_PROXY|ALL_PROXY)$/,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|\w+_CA_BUNDLE)$/,
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|PROGRAMFILES|PROGRAMDATA|OS)$/,
  /^(USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA)$/,
];

/** The part of an environment that is safe to pass on. Names are compared without case. */
export function cleanEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (KEPT.some((pattern) => pattern.test(name.toUpperCase()))) kept[name] = value;
  }
  return kept;
}
