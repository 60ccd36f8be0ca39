/**
 * What lines are stamped with: who, when, and of what other session.
 * @module
 */
import type { Actor, SessionEvent } from "../events.ts";

const KINDS: readonly string[] = ["person", "agent", "ci"];

/** What is wrong with what a line is stamped with. */
export function stampProblem({ actor, time }: SessionEvent): string | null {
  return isTime(time) ? actorProblem(actor) : `its time is ${JSON.stringify(time)}`;
}

/**
 * What is wrong with what a revocation records of the session that it was made in: that is another half,
 * of a session that was split off, or that one was split off from.
 * @param first line 1.
 */
export function elsewhereProblem(first: SessionEvent | null, event: SessionEvent): string | null {
  if (event.type !== "approval_revoked" || event.data.elsewhere === undefined) return null;
  const begins = first?.type === "session_imported" || first?.type === "session_started";
  const { branchOf, common } = first?.type === "session_imported" ? first.data.source : {};
  const { session, seq, made, common: behind, ...more } = event.data.elsewhere;
  const { at, by, ...other } = made;
  const [unknown] = Object.keys({ ...more, ...other });
  if (unknown !== undefined) return `its "elsewhere" has an unknown field, "${unknown}"`;
  if (typeof session !== "string") return "it names no session in which it was revoked";
  if (begins && session === first.data.session) return "it was revoked in this session";
  if (behind === undefined && typeof branchOf !== "string") {
    return "the session was not split off from another one";
  }
  const isBefore = Number.isSafeInteger(behind) && Number(behind) > 0 && Number(behind) < event.seq;
  if (behind !== undefined && !isBefore) {
    return `the event ${
      JSON.stringify(behind)
    } is none before it, after which the other was split off`;
  }
  const least = session === branchOf && typeof common === "number" ? common : 0;
  if (!Number.isSafeInteger(seq) || seq <= least) {
    return `the event ${JSON.stringify(seq)} is none after the split`;
  }
  return isTime(at) ? actorProblem(by) : `it was revoked at ${JSON.stringify(at)}`;
}

function isTime(time: string): boolean {
  const at = Date.parse(time);
  return Number.isFinite(at) && new Date(at).toISOString() === time;
}

function actorProblem(actor: Actor): string | null {
  const { kind, name, agent, instance, ...more } = actor;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) return `its actor has an unknown field, "${unknown}"`;
  if (!KINDS.includes(kind)) return `an actor of the kind ${JSON.stringify(kind)} is not known`;
  if (typeof name !== "string") return "its actor has no name";
  if ((kind === "agent") !== (typeof agent === "string")) {
    return kind === "agent" ? "its agent has no product name" : `its actor is no agent`;
  }
  if (instance !== undefined && (kind !== "agent" || !/^[0-9a-f]{8}$/.test(instance))) {
    return `its actor is ${
      JSON.stringify(instance)
    }, which is not written as agents are told apart`;
  }
  return null;
}
