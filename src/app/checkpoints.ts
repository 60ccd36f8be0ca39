/**
 * Finding the checkpoints of a session.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { withoutRedacted } from "../session/without_redacted.ts";
import { visitEvents } from "../session/read_events.ts";
import type { Actor, SessionEvent } from "../workflow/events.ts";
import { chooseToRead } from "./choose_session.ts";
import type { Sessions, Workspace } from "./workspace.ts";

/** A checkpoint: the event that made it. */
export type CheckpointEvent = Extract<SessionEvent, { readonly type: "checkpoint_created" }>;

/** All checkpoints of the chosen session, oldest first; those of an old workflow too. */
export async function listCheckpoints(
  workspace: Workspace,
): Promise<{
  readonly session: string;
  readonly checkpoints: readonly CheckpointEvent[];
  /** True for an old workflow that is read where it is. */
  readonly inPlace: boolean;
}> {
  const { choice, view } = await chooseToRead(workspace);
  if (choice === null) {
    const checkpoints = view.events.filter(isCheckpoint);
    return { session: view.state.session, checkpoints, inPlace: true };
  }
  const checkpoints = await checkpointsOf(workspace, choice.id);
  return { session: choice.id, checkpoints, inPlace: false };
}

/** The checkpoints of a session, oldest first. */
export async function checkpointsOf(
  workspace: Pick<Sessions, "manager">,
  id: string,
): Promise<readonly CheckpointEvent[]> {
  const checkpoints: CheckpointEvent[] = [];
  const instead = await withoutRedacted(workspace.manager.backend, id);
  await visitEvents(workspace.manager.backend, id, {}, (read) => {
    const event = instead.get(read.seq) ?? read;
    if (isCheckpoint(event)) checkpoints.push(event);
  });
  return checkpoints;
}

/**
 * The one checkpoint that `value` names: by id or by a unique prefix of it.
 * @throws `checkpoint_unknown`, `session_ambiguous`
 */
export function findCheckpoint(
  checkpoints: readonly CheckpointEvent[],
  value: string,
): CheckpointEvent {
  const exact = checkpoints.find((event) => event.data.checkpoint === value);
  if (exact !== undefined) return exact;
  const close = checkpoints.filter((event) => event.data.checkpoint.startsWith(value));
  const [first, ...others] = close;
  if (first !== undefined && others.length === 0 && value !== "") return first;
  throw new OrchestratorError(
    close.length > 1 ? "session_ambiguous" : "checkpoint_unknown",
    close.length > 1
      ? `Cannot choose checkpoint ${JSON.stringify(value)}: it matches ${close.length} checkpoints`
      : `Cannot find checkpoint ${
        JSON.stringify(value)
      }: this session has no checkpoint with that ID`,
    { hint: "Run `orchestrator checkpoint list`" },
  );
}

/** When and by whom a checkpoint was made. An import keeps both. */
export interface Made {
  readonly createdAt: string;
  /** Null where the old tool did not record it. */
  readonly actor: Actor | null;
  /** When and by whom it was imported; absent where no import kept its own time. */
  readonly importedAt?: string;
  readonly importedBy?: Actor;
}

/**
 * When and by whom a checkpoint was made, also one that was imported.
 * @param inPlace as {@link listCheckpoints} says: then no one has.
 */
export function madeOf({ time, actor, data: { made } }: CheckpointEvent, inPlace: boolean): Made {
  if (made === undefined) return { createdAt: time, actor };
  if (inPlace) return { createdAt: made.time, actor: made.by ?? null };
  return { createdAt: made.time, actor: made.by ?? null, importedAt: time, importedBy: actor };
}

function isCheckpoint(event: SessionEvent): event is CheckpointEvent {
  return event.type === "checkpoint_created";
}
