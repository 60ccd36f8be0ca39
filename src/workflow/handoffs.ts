/**
 * Deciding what `handoff --run` records: that a program was started in the session, and that it ended.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { Command } from "./commands.ts";
import type { Decision } from "./decision.ts";
import { refusalIfEnded } from "./locate.ts";
import type { SessionState } from "./state.ts";
import { checkText } from "./texts.ts";

/** Longest name of a program, in characters. */
const MOST_PROGRAM = 1000;

/** Decides the start of a program. */
export function decideStartHandoff(
  state: SessionState,
  { program }: Extract<Command, { kind: "start_handoff" }>,
): Decision {
  const doing = "hand the session over";
  const ended = refusalIfEnded(state, doing);
  if (ended !== undefined) return { error: ended };
  const checked = checkText(program, { doing, what: "program", max: MOST_PROGRAM, oneLine: true });
  if (checked.error !== undefined) return checked;
  return { value: { events: [{ type: "handoff_started", data: { program: checked.value } }] } };
}

/** Decides the end of one. It may have finished the workflow itself. */
export function decideEndHandoff(
  { handoffs = [] }: SessionState,
  { started, exitCode, signal }: Extract<Command, { kind: "end_handoff" }>,
): Decision {
  if (!handoffs.some(({ seq }) => seq === started)) {
    return {
      error: new OrchestratorError(
        "state_moved",
        `Cannot record the end of a handoff: event ${started} started none that still runs`,
      ),
    };
  }
  return {
    value: { events: [{ type: "handoff_ended", data: { started, exitCode, signal } }] },
  };
}
