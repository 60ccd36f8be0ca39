/**
 * Working in a state directory whose `meta.json` is missing or damaged: reading goes by what else says
 * who the repository is, and the first change writes the file again.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { randomBase32 } from "../platform/random.ts";
import {
  findLostIdentity,
  type LostIdentity,
  writeLostIdentity,
} from "../project/lost_identity.ts";
import { STATE_DIRECTORY } from "../state_layout/names.ts";
import { VERSION } from "../version.ts";
import type { Project, Sessions, Workspace } from "./workspace.ts";

/**
 * Looks for the identity, where it is lost, and says what reading goes by.
 * @returns null where it is not lost.
 */
export async function lookForIdentity(
  workspace: Pick<Workspace, "io" | "effect" | "operation" | "usablePaths" | "warn">,
): Promise<LostIdentity | null> {
  const { io, usablePaths: paths, effect } = workspace;
  if (paths === null || effect === "program") return null;
  const lost = await findLostIdentity(paths, {
    env: io.env,
    now: io.now(),
    toolVersion: VERSION,
    thorough: effect !== "nothing",
  });
  // A change says what it does about it.
  if (lost !== null && effect === "nothing" && !SAY_NOTHING.includes(workspace.operation)) {
    workspace.warn(remarkOf(lost));
  }
  return lost;
}

/** The doctor has a finding of its own for it, and a shell that asks shows nothing. */
const SAY_NOTHING: readonly string[] = ["doctor", "completions candidates"];

/** What is the case, for a command that only reads. */
function remarkOf(lost: LostIdentity): string {
  const file = `${STATE_DIRECTORY}/meta.json ${lost.why}`;
  if (lost.from === null) return `${file}; ${uncertain(lost)}`;
  const { id, mode } = lost.meta;
  return `${file}; the repository's ID ${id} (${mode} mode) is known from ${lost.from}, and the next change restores the file`;
}

/** Commands that put an identity right themselves, or take all away. */
const OWN_WAY: readonly string[] = ["init", "deinit"];

/**
 * Writes the file again before a change, and says so.
 * @throws `state_corrupt` where nothing says who the repository is, or two sources disagree.
 */
export async function restoreIdentity(workspace: Workspace): Promise<void> {
  const { lostIdentity: lost, operation } = workspace;
  if (lost === null || OWN_WAY.includes(operation) && lost.from === null) return;
  if (operation === "deinit") return;
  if (lost.from === null) throw unknownIdentity(workspace, lost);
  await writeIdentity(workspace, lost);
  const { id, mode } = lost.meta;
  workspace.warn(
    `${STATE_DIRECTORY}/meta.json ${
      was(lost.why)
    }: it was restored with the repository's ID ${id} and ${mode} mode, known from ${lost.from}`,
  );
}

/**
 * Settles who the repository is by what a person says, where that is lost and not known.
 * @param wanted one of the IDs that the sources name; `new` where none names any.
 * @throws `state_corrupt` where nothing was said, `invalid_argument` for another ID.
 */
export async function settleIdentity(
  workspace: Workspace,
  wanted: string | undefined,
): Promise<void> {
  const { lostIdentity: lost, meta } = workspace;
  if (lost === null) {
    if (wanted === undefined || wanted === meta?.id) return;
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use "${wanted}" as the repository's ID: ${
        meta === null ? "there is no state here that lost it" : `it is ${meta.id}`
      }`,
      { hint: "Leave out --identity" },
    );
  }
  if (wanted === undefined) throw unknownIdentity(workspace, lost);
  const claim = lost.claims.find(({ id, meta }) => id === wanted && meta !== null) ??
    lost.claims.find(({ id }) => id === wanted);
  const { mode, format, created } = lost.meta;
  if (claim !== undefined) {
    const whole = { ...lost.meta, created: claim.created ?? created, ...claim.meta };
    await writeIdentity(workspace, { meta: { ...whole, id: claim.id, mode, format } });
  } else if (wanted === "new" && lost.claims.length === 0) {
    await writeIdentity(workspace, { meta: { ...lost.meta, id: randomBase32(130) } });
  } else {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use "${wanted}" as the repository's ID: ${uncertain(lost)}`,
      { hint: `Name one of them: ${lost.claims.map(({ id }) => id).join(", ") || "new"}` },
    );
  }
}

/** Writes the file; what reading went by counts from now on. */
async function writeIdentity(
  workspace: Pick<Project, "paths" | "identityRestored"> & Pick<Sessions, "manager"> & {
    readonly operation: string;
  },
  { meta }: Pick<LostIdentity, "meta">,
): Promise<void> {
  await workspace.manager.withRepositoryLock(workspace.operation, () => {
    writeLostIdentity(workspace.paths, meta);
    return Promise.resolve();
  });
  await workspace.identityRestored();
}

/** The refusal of a change for which it is not known who the repository is. */
function unknownIdentity(
  { paths, operation }: Pick<Workspace, "paths" | "operation">,
  lost: LostIdentity,
): OrchestratorError {
  const [first] = lost.claims;
  return new OrchestratorError(
    "state_corrupt",
    `Cannot run "${operation}": "${paths.metaFile}" ${lost.why}, and ${uncertain(lost)}`,
    {
      hint: first === undefined
        ? "Restore the file from a backup; without one, `orchestrator init --identity new` gives the repository a new ID and keeps the sessions"
        : `Run \`orchestrator init --identity ${first.id}\` (or another of these IDs) to restore the file`,
      details: { path: paths.metaFile, identities: lost.claims.map(({ id }) => id) },
    },
  );
}

function uncertain({ claims }: LostIdentity): string {
  if (claims.length === 0) return "nothing else says which repository this is";
  const said = claims.map(({ id, from }) => `${id} (${from})`);
  return `the sources disagree on the repository's ID: ${[...new Set(said)].join(", ")}`;
}

/** `is empty` → `was empty` */
function was(why: string): string {
  return why.replace(/^is /, "was ").replace(/^has /, "had ");
}
