/**
 * `orchestrator state push`
 * @module
 */
import type { Answer, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { handedOverText, mergedText, pushText, warnOfPush } from "../../output/state_text.ts";
import { finishInterrupted, rememberLook } from "../../state/hooks.ts";
import { requireStateBranch } from "../../state/place.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  context.requireWritableRoot();
  if (context.meta === null) throw context.noSession();
  await finishInterrupted(context);
  const branch = await requireStateBranch(context, { insist: input });
  rememberLook(context);
  const report = await branch.push("Push", { probe: branch.record.rung !== "own" });
  const snapshot = report.rung === "snapshot" ? await handOver(context, input) : null;
  const warn = (text: string) => context.warn(text);
  if (snapshot === null) warnOfPush(report, warn);
  else warn(handedOverText(report));
  return {
    data: snapshot === null ? report : { ...report, snapshot },
    text: (style) =>
      snapshot?.trimEnd() ??
        [pushText(report, style), mergedText(report.sessions, style)].filter((text) => text !== "")
          .join("\n"),
  };
}

/** The state as text where a program or a log reads the answer; a person is told how to get it. */
async function handOver(context: Context, input: Input): Promise<string | null> {
  if (context.io.isTerminal("stdout") && !input.has("json")) return null;
  const { snapshotText } = await import("../../state/hand_over.ts");
  return await snapshotText(context);
}
