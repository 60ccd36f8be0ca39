/**
 * `orchestrator session remove <session>… | --ended`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { loadSession } from "../../../session/load.ts";
import type { NewRepositoryEvent } from "../../../session/repository_log/lines.ts";
import { summarise } from "../../../session/summary.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { TEXT_LIMITS } from "../../../workflow/commands.ts";
import type { StorageBackend } from "../../../storage/backend.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { brief } from "../../output/text.ts";
import { type BranchSessions } from "../../../app/state/branch_sessions.ts";
import { findAnywhere, openBranchSessions } from "../../../app/state/find_on_branch.ts";
import { requireText } from "../../texts.ts";

const DAY_MS = 86_400_000;

export async function run(context: Context, input: Input): Promise<AnswerTo<"session remove">> {
  if (context.meta === null) throw await context.noSession();
  const { manager } = context;
  // Sessions that are only on the state branch are removed there, by the record.
  const beyond = await openBranchSessions(context);
  const everywhere = beyond?.backend ?? manager.backend;
  const ids = await wantedSessions(context, input, beyond);
  const total = (await everywhere.sessions()).length;
  if (ids.length === 0) {
    return {
      data: { removed: [] },
      text: (style) => style.dim(say`Nothing to remove.`),
    };
  }
  if (ids.length > 1 && ids.length * 2 > total && !input.has("all")) {
    throw new OrchestratorError(
      "too_many",
      `Cannot remove ${ids.length} of ${total} sessions: that is more than half of them`,
      { hint: "Remove fewer sessions at once", details: { sessions: ids, total } },
    );
  }
  const tasks: string[] = [];
  for (const id of ids) tasks.push(await requireEnded(everywhere, id));
  const what = ids.length === 1 ? `session ${ids[0]}` : `${ids.length} sessions`;
  const [task = ""] = tasks;
  const named = ids.length === 1 ? say`${shown(what)}, "${brief(task)}",` : shown(what);
  const reason = input.option("reason");
  const why = reason === undefined ? null : requireText(reason, {
    doing: `remove ${what}`,
    what: "reason",
    max: TEXT_LIMITS.reason,
  });
  await confirm(context, input, {
    text: say`Remove ${named} permanently?`,
    doing: `remove ${what}`,
    hint: ids.length === 1
      ? `Run \`orchestrator session show ${ids[0]}\` to see what would be lost`
      : "Run `orchestrator session list` to see what would be lost",
  });
  const removed: string[] = [];
  await manager.withRepositoryLock("session remove", async () => {
    const events: NewRepositoryEvent[] = [];
    try {
      for (const id of ids) {
        const isHere = beyond?.has(id) !== true || await manager.backend.hasSession(id);
        events.push(await manager.remove(id, why, isHere ? undefined : everywhere));
        removed.push(id);
      }
    } finally {
      if (events.length > 0) await manager.recordInRepository(events);
    }
  });
  return {
    data: { removed },
    text: (style) => say`${style.green(style.symbols.done)} Removed ${shown(what)}`,
  };
}

/** @returns the session's task. */
async function requireEnded(backend: StorageBackend, id: string): Promise<string> {
  const { state } = await loadSession(backend, id);
  if (state.status !== "active") return state.task;
  throw new OrchestratorError(
    "session_active",
    `Cannot remove session "${id}": its workflow is still active`,
    { hint: `Run \`orchestrator session end ${id} --reason "<why>"\`` },
  );
}

async function wantedSessions(
  context: Context,
  input: Input,
  beyond: BranchSessions | null,
): Promise<readonly string[]> {
  const named = input.args("session");
  if (named.length > 0 && input.has("ended")) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot remove: session names and --ended cannot be used together",
    );
  }
  if (!input.has("ended")) {
    if (named.length === 0) {
      throw new OrchestratorError(
        "missing_argument",
        `Cannot run "session remove": name a session, or give --ended`,
        { hint: "Run `orchestrator session list`" },
      );
    }
    const ids: string[] = [];
    for (const name of named) ids.push(await findAnywhere(context, name, beyond));
    return [...new Set(ids)];
  }
  const days = Number(input.option("older-than") ?? 0);
  if (!Number.isFinite(days) || days < 0) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use "${input.option("older-than")}" as age: --older-than needs a number of days`,
    );
  }
  const latest = context.io.now().getTime() - days * DAY_MS;
  return (await summarise(context.manager, await beyond?.summaries()))
    .filter((row) => row.status === "completed" || row.status === "abandoned")
    .filter((row) => Date.parse(row.updated) <= latest)
    .map((row) => row.id);
}
