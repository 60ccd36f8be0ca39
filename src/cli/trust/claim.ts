/**
 * What a person confirms, as the command line names and shows it.
 * @module
 */
import { isRemoteAddress } from "../../config/keys.ts";
import { OrchestratorError } from "../../errors.ts";
import { holdsCredentials } from "../../state_branch/destination.ts";
import { type Claim, isTrustKind, TRUST_KINDS } from "../../trust/claim.ts";
import type { TrustEntry } from "../../trust/trust_file.ts";

/**
 * A claim as the command line names it.
 * @throws `invalid_argument`
 */
export function claimOf(kind: string, value: string): Claim {
  if (!isTrustKind(kind)) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot trust "${kind}": it is not one of ${Object.keys(TRUST_KINDS).join(", ")}`,
      { hint: "Run `orchestrator trust list` to see what the repository needs" },
    );
  }
  const isRemote = kind === "state_remote" || kind === "feedback_remote";
  if (isRemote && isRemoteAddress(value) && holdsCredentials(value)) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot trust a URL that contains credentials: they would be stored with it",
      { hint: "Write the URL without them, and store them in git's credential helper" },
    );
  }
  return { kind, value };
}

/** What a person has confirmed, for programs. */
export function trustData({ kind, value, repository, who, when }: TrustEntry) {
  return {
    kind,
    value,
    repository,
    actor: { kind: "person" as const, name: who },
    createdAt: when,
  };
}
