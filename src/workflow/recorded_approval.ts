/**
 * An approval as it is recorded, and the file that a gate approves.
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { refusalIfAgent } from "./approval_rules.ts";
import type { DecideContext } from "./commands.ts";
import type { ItemDefinition } from "./definition.ts";
import {
  type Approval,
  type ApprovalPlace,
  type ApprovedFile,
  PLACE_NAME_LIMIT,
  PROGRAMS_LIMIT,
} from "./recorded.ts";
import type { SessionState } from "./state.ts";
import { fillIn } from "./template.ts";

/** The approval as it is recorded: whether an agent gave it is not for the caller to say. */
export function recordedApproval(
  state: SessionState,
  approval: Approval,
  context: DecideContext,
  doing: string,
): Result<Approval> {
  const refusal = refusalIfAgent(state, context, doing);
  if (refusal !== undefined) return { error: refusal };
  const { how, detection, place } = approval;
  const byAgent = context.actor.kind === "agent";
  return {
    value: {
      how,
      detection,
      ...(byAgent ? { byAgent } : {}),
      ...(place === undefined ? {} : { place: bounded(place) }),
    },
  };
}

/** A place as it is recorded: what a system calls its programs may be of any length. */
function bounded({ terminal, programs }: ApprovalPlace): ApprovalPlace {
  const short = (name: string) => name.slice(0, PLACE_NAME_LIMIT);
  return {
    terminal: short(terminal),
    programs: programs === "unknown" ? programs : programs.slice(0, PROGRAMS_LIMIT).map(short),
  };
}

/** The file that a gate approves, settings substituted; undefined where it names none. */
export function gatePath(
  { definition }: SessionState,
  { verification }: ItemDefinition,
): string | undefined {
  if (verification.type !== "manual_gate" || verification.path === undefined) return undefined;
  return fillIn(verification.path, definition).text;
}

const SHA256 = /^[0-9a-f]{64}$/;
const BLOB = /^[0-9a-f]{40}$/;

/**
 * The file as an approval records it: the one that the gate names, or none.
 * @param path what the gate names.
 */
export function checkedFile(
  path: string | undefined,
  { file }: Approval,
  doing: string,
): Result<{ readonly file?: ApprovedFile }> {
  if (path === undefined) return { value: {} };
  const because = (why: string) =>
    new OrchestratorError("item_blocked", `Cannot ${doing}: ${why}`, {
      hint: `Write "${path}" first: it is what is approved`,
      details: { path },
    });
  if (file === undefined) return { error: because(`"${path}" was not looked at`) };
  if (file.path !== path) return { error: because(`the file of the item is "${path}"`) };
  const { size, sha256, blob } = file;
  const fits = Number.isSafeInteger(size) && size >= 0 && SHA256.test(sha256) && BLOB.test(blob);
  if (!fits) return { error: because(`what was in "${path}" is not recorded`) };
  if (size === 0) return { error: because(`"${path}" is empty`) };
  return { value: { file: { path, size, sha256, blob } } };
}
