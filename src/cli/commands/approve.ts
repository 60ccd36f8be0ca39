/**
 * `orchestrator approve <item…>` and `orchestrator approve --phase <ID>`
 * @module
 */
import { approveItems, approvePhase, type ToApprove } from "../../app/approve.ts";
import { OrchestratorError } from "../../errors.ts";
import type { AnswerTo, Input } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { readEvidence } from "../evidence.ts";
import { changeAnswer, changesAnswer } from "../output/change.ts";
import { inSession } from "../output/in_session.ts";
import { subjectText } from "../output/subject_text.ts";
import { say, shown } from "../output/shown.ts";
import { brief, commandLine } from "../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"approve">> {
  const items = input.args("item");
  const phase = input.option("phase");
  if ((items.length === 0) === (phase === undefined)) {
    throw new OrchestratorError(
      items.length === 0 ? "missing_argument" : "invalid_argument",
      items.length === 0
        ? "Cannot approve: name an item, or a phase with --phase"
        : `Cannot approve ${quoted(items)} and phase "${phase}" at once: choose one`,
      { hint: "Run `orchestrator status`" },
    );
  }
  const notes = input.option("notes");
  const evidence = await readEvidence(context, input.option("evidence"), input.args("item"));
  let asked = false;
  const ask = async (about: ToApprove) => {
    const how = await confirm(context, input, {
      text: say`Approve ${shown(about.what)} of "${brief(about.task)}"?`,
      about: (style) => subjectText(about, style),
      doing: `approve ${about.what}`,
      hint: "Add --yes to confirm",
      ...(about.subject.item === undefined || about.subject.isAgain ? {} : {
        instead: `Run \`${
          commandLine(["orchestrator", "reject", about.subject.item, "--reason", "<why>"])
        }\` to say what is missing`,
      }),
    });
    asked = how === "terminal";
    if (asked && context.changing !== null) {
      await (await import("../../app/state/for_person.ts")).catchUp(context, context.changing);
    }
    return how;
  };
  const argv = ["approve", ...(phase === undefined ? items : ["--phase", phase])];
  const again = { context, argv, asked: () => asked };
  if (phase !== undefined) {
    const change = await askingAgain(again, () => approvePhase(context, { phase, notes }, ask));
    const where = await inSession(context, change.state);
    return changeAnswer(change, (style) => say`Approved ${style.bold(shown(phase))}${where}`);
  }
  const given = {
    ...(notes === undefined ? {} : { notes }),
    ...(evidence === undefined ? {} : { evidence }),
  };
  const approved = await askingAgain(again, () => approveItems(context, { items, given }, ask));
  const where = await inSession(context, approved[0]?.change.state);
  return changesAnswer(approved.map((change) => ({
    ...change,
    happened: (style) => say`Approved ${style.bold(shown(change.item))}${where}`,
  })));
}

/** How often a person is asked again because the session went on while they were asked. */
const MOST_QUESTIONS = 3;

/**
 * Approves; what a person said yes to may have changed meanwhile: then they are asked about what is there
 * now. Where no one was asked, the refusal stands.
 */
async function askingAgain<Done>(
  { context, argv, asked }: {
    readonly context: Context;
    readonly argv: readonly string[];
    readonly asked: () => boolean;
  },
  approve: () => Promise<Done>,
): Promise<Done> {
  for (let question = 1;; question++) {
    try {
      return await approve();
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.code === "agent_refused") throw withLineForPerson(error, context, argv);
      if (error.code !== "state_moved" || !asked() || question >= MOST_QUESTIONS) throw error;
      context.io.err(say`${shown(error.message)}\n`);
    }
  }
}

/** An agent on a disk that may vanish tells its person what to run, on whatever machine they are. */
function withLineForPerson(
  error: OrchestratorError,
  { environment, changing }: Context,
  argv: readonly string[],
): OrchestratorError {
  if (environment.ephemeral === null || changing === null) return error;
  const line = commandLine(["orchestrator", ...argv, "--session", changing]);
  return new OrchestratorError(error.code, error.message, {
    hint: `Ask a person to run, in any clone of this repository: \`${line}\``,
    details: { ...error.details },
    cause: error,
  });
}

function quoted(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(", ");
}
