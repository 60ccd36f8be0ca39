/**
 * `orchestrator state adopt`
 * @module
 */
import { type Adopted, adoptOwnState, leftInWorktree, ownState } from "../../../app/state/adopt.ts";
import { EXIT_CODES } from "../../../errors.ts";
import type { Relation } from "../../../snapshot/relation.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say, type Shown, shown, words } from "../../output/shown.ts";
import { sessionCount } from "../../output/snapshot_text.ts";
import type { Style } from "../../output/style.ts";
import { columns, lead, oneLine } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"state adopt">> {
  const dryRun = input.has("dry-run");
  const own = ownState(context);
  if (own !== null && !dryRun) await context.openForChange();
  const sessions = own === null ? [] : await adoptOwnState(context, own, dryRun);
  const left = own === null ? [] : leftInWorktree(own);
  const parted = sessions.filter(({ isShared }) => !isShared);
  if (parted.length > 0) {
    context.warn(
      `${
        parted.map(({ session }) => session).join(", ")
      } diverged from the shared copy and stays here: ORCHESTRATOR_STATE_HOME=worktree shows it, and \`orchestrator snapshot export\` carries it`,
    );
  }
  for (const { session, stays } of sessions) {
    if (stays === null) continue;
    context.warn(
      `The worktree's copy of ${session} stays in its .orchestrator, and does not count: ${stays}`,
    );
  }
  return {
    ...(parted.length === 0 ? {} : { exitCode: EXIT_CODES.conflict }),
    data: {
      dryRun,
      sessions: sessions.map(({ isShared, stays: _, ...session }) => ({
        ...session,
        adopted: isShared,
      })),
      left,
    },
    text: (style) => adoptedText(sessions, { dryRun, left }, style),
  };
}

const OUTCOMES: Readonly<Record<Relation, Shown>> = words({
  new: "new",
  same: "the same there",
  newer: "continued",
  older: "continued there already",
  diverged: "diverged: stays here",
});

function adoptedText(
  sessions: readonly Adopted[],
  { dryRun, left }: { readonly dryRun: boolean; readonly left: readonly string[] },
  style: Style,
): Shown {
  const adopted = sessions.filter(({ isShared }) => isShared).length;
  const head = sessions.length === 0
    ? say`Nothing to adopt: this checkout has no sessions beside those of its state`
    : dryRun
    ? say`Would adopt ${sessionCount(adopted)}`
    : say`Adopted ${sessionCount(adopted)}`;
  const mark = dryRun || adopted === 0
    ? style.dim(style.symbols.bullet)
    : style.green(style.symbols.done);
  const rows = sessions.map(({ session, relation, task }) => [
    style.cyan(lead(session)),
    OUTCOMES[relation],
    oneLine(task, 36, style),
  ]);
  return lines([
    say`${mark} ${head}`,
    ...(rows.length === 0 ? [] : [columns(rows, "  ")]),
    ...(left.length === 0
      ? []
      : [say`  not moved: .orchestrator/${shown(left.join(", .orchestrator/"))}`]),
  ]);
}
