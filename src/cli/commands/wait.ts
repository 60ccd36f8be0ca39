/**
 * `orchestrator wait --for approval|change`
 * @module
 */
import { chooseToRead } from "../../app/choose_session.ts";
import { type Waited, waitFor, type WaitKind } from "../../app/wait_for.ts";
import { OrchestratorError } from "../../errors.ts";
import { type NextStep, nextStep } from "../../workflow/next_step.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { stepData } from "../output/next_step.ts";
import { shown } from "../output/shown.ts";

/** Seconds; less than what agents allow a command. */
const USUAL_SECONDS = 100;
const MOST_SECONDS = 24 * 60 * 60;

/** The exit code when it did not come. */
const NOT_YET = 7;

export async function run(context: Context, input: Input): Promise<AnswerTo<"wait">> {
  const kind = kindOf(input.option("for"));
  const seconds = secondsOf(input.option("timeout"));
  const { choice } = await chooseToRead(context);
  if (choice === null) throw await context.noSession();
  const { state: from } = await context.manager.load(choice.id);
  const since = sinceOf(input.option("since")) ?? from.seq;
  const stop = context.io.interrupted;
  const begun = context.io.now();
  const waited = await waitFor(context, { kind, from, since, seconds, stop });
  const { came, state, waiting } = waited;
  const next = nextStep(state, context.actor);
  const line = lineOf(kind, { since, seconds, next }, waited);
  if (kind === "approval" && waiting !== undefined && !came && !hasEnded(waited)) {
    await (await import("../../app/notify.ts")).notifyAgain(context, state, begun);
  }
  return {
    data: {
      session: state.session,
      for: kind,
      came,
      seq: state.seq,
      line,
      next: stepData(next),
    },
    text: () => shown(line),
    ...(came ? {} : { exitCode: NOT_YET }),
  };
}

/** Whether it no longer waits, because of something else than what was waited for. */
function hasEnded({ state, withdrawn }: Waited): boolean {
  return withdrawn !== undefined || state.status !== "active";
}

function kindOf(text: string | undefined): WaitKind {
  if (text === "approval" || text === "change") return text;
  throw new OrchestratorError(
    text === undefined ? "missing_argument" : "invalid_argument",
    text === undefined
      ? "Cannot wait: --for is missing"
      : `Cannot wait for "${text}": --for takes approval or change`,
    { hint: "Run `orchestrator wait --for approval`" },
  );
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return USUAL_SECONDS;
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= MOST_SECONDS) return seconds;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot wait "${text}" seconds: --timeout needs a number from 0 to ${MOST_SECONDS}`,
  );
}

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const since = Number(text);
  if (Number.isSafeInteger(since) && since >= 0) return since;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot wait for changes since "${text}": --since needs the seq of an event`,
  );
}

/** The one line that is printed. */
function lineOf(
  kind: WaitKind,
  { since: before, seconds, next: step }: {
    readonly since: number;
    readonly seconds: number;
    readonly next: NextStep;
  },
  { came, state, waiting, withdrawn }: Waited,
): string {
  const next = `next: ${stepData(step).command}`;
  if (kind === "change") {
    return came
      ? `The session has changed (event ${before} to ${state.seq}); ${next}`
      : `Nothing has changed in ${seconds} s (event ${state.seq})`;
  }
  if (waiting === undefined) {
    return came ? `A person has approved already; ${next}` : `Nothing waits for a person; ${next}`;
  }
  const what = waiting.isPhase ? `phase ${waiting.what}` : waiting.what;
  if (withdrawn !== undefined) {
    const { how, by, reason } = withdrawn;
    const why = reason === undefined ? "" : `: ${reason}`;
    return `${withdrawn.what} was ${how} by ${by.name}${why}; ${next}`;
  }
  if (!came && state.status !== "active") {
    return `The session was ${state.status}; ${what} was not approved`;
  }
  return came
    ? `A person has decided about ${what}; ${next}`
    : `${what} still waits for a person after ${seconds} s: orchestrator ${
      [...waiting.argv, "--session", state.session].join(" ")
    }`;
}
