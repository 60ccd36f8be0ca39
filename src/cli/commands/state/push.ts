/**
 * `orchestrator state push`
 * @module
 */
import { type LeftOut, leftOut } from "../../../snapshot/left_out.ts";
import type { StateBranch } from "../../../state_branch/branch.ts";
import { BranchTree } from "../../../state_branch/branch_tree.ts";
import { trackedNames } from "../../../state_branch/portable.ts";
import { type PushReport, pushState } from "../../../state_branch/push.ts";
import { isUnwritable } from "../../../app/state/unwritable.ts";
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { leftOutText } from "../../output/left_out_text.ts";
import { exact, lines, say } from "../../output/shown.ts";
import {
  CARRIERS,
  handedOverText,
  mergedData,
  mergedText,
  pushText,
  removalsData,
} from "../../output/state_text.ts";
import { warnOfPush } from "../../../app/state/warnings.ts";
import { rememberFetch } from "../../../app/state/when_to_fetch.ts";
import { requireStateBranch } from "../../../app/state/find_branch.ts";
import { placeFor } from "../../trust/confirm.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"state push">> {
  context.requireWritableRoot();
  if (context.meta === null) throw await context.noSession();
  await context.openForChange();
  const branch = await requireStateBranch(context, { insist: placeFor(context, input) });
  rememberFetch(context);
  let report: PushReport;
  try {
    report = await pushState(branch, "Push", { probe: branch.record.fallback !== "own" });
  } catch (error) {
    if (!isUnwritable(error, context.paths, branch.git.commonDirectory)) throw error;
    return await withoutGit(context, input, error);
  }
  const snapshot = report.fallback === "snapshot" ? await handOver(context, input) : null;
  const warn = (text: string) => context.warn(text);
  if (snapshot === null) warnOfPush(report, warn);
  else warn(handedOverText(report));
  const left = await leftOutOf(context, branch, report, snapshot !== null);
  const leftText = leftOutText(left);
  if (snapshot !== null && leftText !== "" && !input.has("quiet") && !input.has("json")) {
    context.io.err(say`${leftText}\n`);
  }
  const { fallback, ...rest } = report;
  const data = {
    ...rest,
    carrier: CARRIERS[fallback],
    sessions: mergedData(report.sessions),
    removals: removalsData(report.removals),
    leftOut: left,
  };
  return {
    data: snapshot === null ? data : { ...data, snapshot },
    text: (style) =>
      snapshot === null
        ? lines(
          [
            pushText(report, style),
            leftText === "" ? leftText : say`  ${style.dim(leftText)}`,
            mergedText(report.sessions, style),
          ].filter((text) => text !== ""),
        )
        : exact(snapshot.trimEnd()),
  };
}

/**
 * Hands the state over where git's own directory cannot be written, so that nothing can be committed.
 * @throws `git_failed` on a terminal, and where the state is too long to be printed.
 */
async function withoutGit(
  context: Context,
  input: Input,
  error: OrchestratorError,
): Promise<AnswerTo<"state push">> {
  const snapshot = await handOver(context, input);
  if (snapshot === null) {
    throw new OrchestratorError("git_failed", `Cannot push the state: ${error.message}`, {
      hint: "Run `orchestrator snapshot export -o state.tar.gz`",
      cause: error,
    });
  }
  const problem = `git cannot write here: ${error.message}`;
  context.warn(handedOverText({ problem }));
  const { stateDirectory } = context.paths;
  return {
    data: {
      commit: null,
      branch: null,
      carrier: CARRIERS.snapshot,
      safe: false,
      problem,
      sessions: [],
      removals: [],
      onlyThere: 0,
      gone: 0,
      leftOut: leftOut(stateDirectory, { carrier: "snapshot", names: new Set() })
        .filter(({ why }) => why !== "not taken"),
      snapshot,
    },
    text: () => exact(snapshot.trimEnd()),
  };
}

/** What the carrier of a push did not take. */
async function leftOutOf(
  { manager, paths: { stateDirectory } }: Context,
  { git }: StateBranch,
  { commit, fallback }: PushReport,
  handedOver: boolean,
): Promise<readonly LeftOut[]> {
  const tree = await BranchTree.open(git, commit);
  const ofSessions = await tree.filesOf(await manager.listSessions());
  const names = new Set([...tree.files.keys(), ...ofSessions.keys()]);
  if (handedOver) return leftOut(stateDirectory, { carrier: "snapshot", names });
  if (fallback !== "portable") return leftOut(stateDirectory, { carrier: "branch", names });
  return leftOut(stateDirectory, {
    carrier: "git",
    names: await trackedNames(git, stateDirectory),
  });
}

/** The state as text where a program or a log reads the answer; a person is told how to get it. */
async function handOver(context: Context, input: Input): Promise<string | null> {
  if (context.io.isTerminal("stdout") && !input.has("json")) return null;
  const { snapshotText } = await import("../../../app/state/snapshot_text.ts");
  return await snapshotText(context);
}
