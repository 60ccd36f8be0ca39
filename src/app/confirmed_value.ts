/**
 * Values of the configuration that count, where a repository's file chooses them, only after a person has
 * confirmed them.
 * @module
 */
import type { Config } from "../config/config.ts";
import type { ValueOf } from "../config/keys.ts";
import { valueWord, withoutCredentials } from "../config/value.ts";
import { stripCredentials } from "../project/git_remote.ts";
import { type Claim, trustNeeded } from "../trust/claim.ts";
import { trustOf } from "./trust.ts";
import type { Configuration, Identity, Project } from "./workspace.ts";

/** The keys that are confirmed by their value alone. */
export const CONFIRMED_KEYS = [
  "claude_binary",
  "feedback_remote",
  "secrets_repo",
  "secrets.files",
] as const;

/** One of these keys. */
export type ConfirmedKey = (typeof CONFIRMED_KEYS)[number];

/**
 * What a repository's file chooses; null where it does not. Credentials in an address there are no part
 * of it, and never used.
 */
export function claimOn(config: Config, key: ConfirmedKey): Claim | null {
  const { value, origin } = config.effective(key);
  if (origin.layer !== "repository" || value === null) return null;
  // A list as the command line takes it.
  const text = valueWord(value);
  if (text === "") return null;
  return {
    kind: key,
    value: key === "secrets_repo" ? stripCredentials(text) ?? withoutCredentials(text) : text,
  };
}

/**
 * The value of such a key.
 * @param doing as in "Cannot <doing>".
 * @throws `trust_needed` for what no person has confirmed; `config_invalid`
 */
export async function confirmedValue<Key extends ConfirmedKey>(
  workspace: Project & Configuration & Pick<Identity, "actor">,
  key: Key,
  doing: string,
): Promise<ValueOf<Key>> {
  const config = await workspace.config();
  const value = config.require(key, doing);
  const claim = claimOn(config, key);
  if (claim === null) return value;
  const trust = trustOf(workspace);
  if (trust.problem !== null) throw trust.problem;
  if (!trust.has(claim)) throw trustNeeded(doing, claim, workspace.actor.kind === "agent");
  return value;
}
