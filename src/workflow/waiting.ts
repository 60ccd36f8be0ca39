/**
 * What of a session waits for a person.
 * @module
 */
import { advanceBlockers, type Blocker, finishBlockers } from "./blockers.ts";
import type { Actor } from "./recorded.ts";
import { currentPhase, isLastPhase, itemState, type LocatedPhase } from "./locate.ts";
import { blockerStep } from "./next_step.ts";
import type { SessionState } from "./state.ts";

/** One approval that a session cannot go on without. */
export interface Waiting {
  /** As `approve` names it: the id of an item, or of a phase with `isPhase`. */
  readonly what: string;
  readonly isPhase: boolean;
  /** The item's name, or the phase's. */
  readonly title: string;
  /** Words after `orchestrator`. */
  readonly argv: readonly string[];
  /** One sentence without a full stop. */
  readonly why: string;
  /** What the person is to look at: the description of the approval, and its file. */
  readonly description?: string;
  readonly path?: string;
  /** When what comes before it was done, RFC 3339 UTC, and by whom. */
  readonly since: string;
  readonly by: Actor;
}

/**
 * The approvals that come next and are a person's to give: those of the current phase before which
 * nothing is open, and revoked ones of earlier phases. Empty while the next step is anyone's.
 */
export function waitingFor(state: SessionState): readonly Waiting[] {
  const phase = state.status === "active" ? currentPhase(state) : undefined;
  if (phase === undefined) return [];
  const blockers = isLastPhase(state, phase)
    ? finishBlockers(state, phase)
    : advanceBlockers(state, phase);
  const waiting: Waiting[] = [];
  for (const blocker of blockers) {
    const next = blockerStep(state, phase, blocker);
    if (next?.byPerson !== true) break;
    const what = next.argv[1] === "--phase" ? next.argv[2] : next.argv[1];
    if (what === undefined || waiting.some(({ argv }) => argv.join() === next.argv.join())) {
      continue;
    }
    waiting.push({
      what,
      isPhase: next.argv[1] === "--phase",
      argv: next.argv,
      why: next.why,
      ...subjectOf(state, phase, blocker),
      ...beganAt(state, phase),
    });
  }
  return waiting;
}

function subjectOf(
  { definition }: SessionState,
  current: LocatedPhase,
  blocker: Blocker,
): Pick<Waiting, "title" | "description" | "path"> {
  const id = "phase" in blocker ? blocker.phase : current.definition.id;
  const phase = definition.phases.find((entry) => entry.id === id);
  const item = "item" in blocker
    ? phase?.items.find((entry) => entry.id === blocker.item)
    : undefined;
  if (item === undefined) return { title: phase?.name ?? id };
  const { verification } = item;
  if (verification.type !== "manual_gate") return { title: item.name };
  const { description, path } = verification;
  return {
    title: item.name,
    ...(description === undefined ? {} : { description }),
    ...(path === undefined ? {} : { path }),
  };
}

/** The last thing that was done in the phase: what waits has waited since. */
function beganAt(state: SessionState, phase: LocatedPhase): Pick<Waiting, "since" | "by"> {
  let last = { since: phase.state.startedAt ?? state.createdAt, by: state.createdBy };
  const take = (at: string | undefined, by: Actor | undefined) => {
    if (at !== undefined && by !== undefined && at >= last.since) last = { since: at, by };
  };
  for (const { id } of phase.definition.items) {
    const { at, by, withdrawn } = itemState(phase.state, id);
    take(at, by);
    take(withdrawn?.at, withdrawn?.by);
  }
  take(phase.state.withdrawn?.at, phase.state.withdrawn?.by);
  return last;
}
