/**
 * What a repository's own file may choose only after a person has confirmed it.
 *
 * Anyone who can commit writes these files, and anyone who clones runs this program on them. So what
 * they choose counts by itself only where it can do no harm; the rest is a **claim**, a kind and a
 * value, and waits for one confirmation. What the command line, a variable or the person's own files
 * say is the person's word already and is never a claim.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { shellWord } from "../workflow/shell_word.ts";

/** What can be claimed, and how people read it. */
export const TRUST_KINDS = {
  state_remote: {
    means: "where the state is pushed to",
    variable: "ORCHESTRATOR_STATE_REMOTE",
  },
  state_branch: {
    means: "the branch that the state is pushed to",
    variable: "ORCHESTRATOR_STATE_BRANCH",
  },
  secrets_repo: {
    means: "the repository that secrets are fetched from",
    variable: "ORCHESTRATOR_SECRETS_REPO",
  },
  "secrets.files": {
    means: "the files that secrets are read from",
    variable: "ORCHESTRATOR_SECRETS_FILES",
  },
  claude_binary: {
    means: "the program that handoff --run starts",
    variable: "ORCHESTRATOR_CLAUDE_BINARY",
  },
  feedback_remote: {
    means: "where feedback is sent to",
    variable: "ORCHESTRATOR_FEEDBACK_REMOTE",
  },
} as const satisfies Readonly<Record<string, TrustKind>>;

/** One kind of claim. */
export interface TrustKind {
  /** What the value decides, as a noun. */
  readonly means: string;
  /** The environment variable that says the same and needs no confirmation. */
  readonly variable: string;
}

/** The name of a kind. */
export type TrustKindName = keyof typeof TRUST_KINDS;

/** A choice of a repository's file. */
export interface Claim {
  readonly kind: TrustKindName;
  /** As the file writes it. Holds no credentials. */
  readonly value: string;
}

/** Whether there is a kind of this name. */
export function isTrustKind(name: string): name is TrustKindName {
  return Object.hasOwn(TRUST_KINDS, name);
}

/** A claim as messages name it: `state_remote "backup"`. */
export function claimText({ kind, value }: Claim): string {
  return `${kind} "${value}"`;
}

/** The command that confirms a claim, to be copied. */
export function trustCommand({ kind, value }: Claim): string {
  return `orchestrator trust add ${kind} ${shellWord(value)}`;
}

/**
 * The refusal of a claim that no person has confirmed.
 * @param doing as in "Cannot <doing>".
 * @param agent whether an agent runs the program: it cannot confirm anything itself.
 */
export function trustNeeded(doing: string, claim: Claim, agent: boolean): OrchestratorError {
  const { variable } = TRUST_KINDS[claim.kind];
  const command = `\`${trustCommand(claim)}\``;
  return new OrchestratorError(
    "trust_needed",
    `Cannot ${doing}: a file of the repository sets ${claimText(claim)}, ` +
      "and no person has confirmed it on this machine",
    {
      hint: agent
        ? `Ask a person to run ${command}, or to set ${variable}`
        : `Confirm it with ${command}, or set ${variable}`,
      details: { kind: claim.kind, value: claim.value, variable },
    },
  );
}
