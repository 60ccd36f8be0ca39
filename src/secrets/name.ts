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
      "a name has letters, digits and underscores, like a variable",
  );
}

/**
 * Variables that hold a secret, as far as a name can tell: their values are kept out of what is stored
 * and shown.
 */
export function isSecretVariable(name: string): boolean {
  return /(^|_)(API_?KEY|ACCESS_?KEY|SECRET(_?KEY)?|PRIVATE_?KEY|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIALS?|AUTH|AGE_KEY)(_\w+)?$/i
    .test(name) &&
    !/^(PWD|OLDPWD)$|(_(FILE|PATH|DIR|URL|URI|TYPE|NAME|SOCK|HOST|PORT))$/i.test(name);
}
