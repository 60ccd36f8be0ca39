/**
 * Where the state that outlives this machine meets the commands: readers ask whether it is newer
 * elsewhere, it is brought in before the first change, and pushed after each phase.
 *
 * Light: what is heavy is reached once there is something to do.
 * @module
 */
import { configMayExist } from "../../config/hot.ts";
import { OrchestratorError } from "../../errors.ts";
import { readCurrent } from "../../session/resolve.ts";
import { bindingKey, type SessionManager } from "../../session/session_manager.ts";
import { lastLook, writeLook } from "../../state_branch/look.ts";
import { unfinishedImport } from "../../snapshot/unfinished.ts";
import type { Context } from "../context.ts";

/** How long what is here is trusted without asking the branch. */
const LOOK_EVERY_MS = 10 * 60_000;

/** Whether the configuration says that the state is kept on a branch. */
export async function webMode(context: Context): Promise<boolean> {
  if (!configMayExist(context.configPaths, context.io.env)) return false;
  return (await context.config()).get("web_mode");
}

/**
 * Whether the branch is to be asked before what is here is trusted: not for a while, by a process of
 * this agent's, and there is a branch to ask.
 */
export function lookIsDue(context: Context): boolean {
  const last = lastLook(context.paths.root);
  if (last === null) return false;
  if (last === "never") return context.loadedConfig?.get("web_mode") === true;
  const passed = context.io.now().getTime() - last.time;
  return passed < 0 || passed > LOOK_EVERY_MS || last.who !== whoLooks(context);
}

/**
 * Whether a reading command has to ask the state branch before it believes what is here: because
 * nothing is, or because nobody has asked for a while.
 */
export async function mustAsk(context: Context): Promise<boolean> {
  if (!context.mayBeBehind || context.branchView !== null) return false;
  if (context.meta === null || await isIncomplete(context.manager)) return true;
  return lookIsDue(context);
}

/** Whether nothing was brought in yet, or not all: the current session is named last. */
export async function isIncomplete(manager: SessionManager): Promise<boolean> {
  return (await manager.ids()).length === 0 || await readCurrent(manager) === null;
}

/** Whose look it was: another agent session on a reused disk looks for itself. */
function whoLooks({ agentBinding }: Context): string {
  return agentBinding === null ? "" : bindingKey(agentBinding.variable, agentBinding.value);
}

/** Remembers that the branch was asked, whatever it answered. */
export function rememberLook(context: Context): void {
  writeLook(context.paths.root, { time: context.io.now().getTime(), who: whoLooks(context) });
}

/** Finishes an import that was interrupted. */
export async function finishInterrupted(context: Context): Promise<void> {
  if (!unfinishedImport(context.paths.stateDirectory)) return;
  const { finishImports } = await import("../../snapshot/plan.ts");
  await finishImports({
    manager: context.manager,
    paths: context.paths,
    now: context.io.now,
    warn: (message) => context.warn(message),
  });
  context.refresh();
}

/**
 * Brings in what the branch has: into a clone without state, and now and then where there is some,
 * since a disk may be reused and others may have gone on. Never fails the command: without the server
 * it goes on with what is here, and says so.
 */
export async function bringIn(context: Context): Promise<void> {
  if (!context.mayBeBehind) return;
  if (!await isIncomplete(context.manager) && !lookIsDue(context)) return;
  await quietly(context, "The state branch was not brought in", async () => {
    const { findStateBranch, LOOK_SECONDS, warnOfNowhere } = await import("./place.ts");
    rememberLook(context);
    const branch = await findStateBranch(context, { patience: LOOK_SECONDS });
    if (branch !== null) warnOfNowhere(context, branch);
    if (branch === null || branch.remote === null) return;
    // What it is not about stays on the branch, and is read there.
    const report = await branch.pull({ with: [] });
    const { sessions, onlyThere, problem } = report;
    context.refresh();
    context.refreshConfig();
    if (problem !== null) context.warn(`The state branch could not be fetched: ${problem}`);
    const { warnOfMerge } = await import("../output/state_text.ts");
    warnOfMerge(report, (text) => context.warn(text));
    if (sessions.length > 0) {
      const what = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
      const more = onlyThere === 0
        ? ""
        : `; ${onlyThere} more ${onlyThere === 1 ? "is" : "are"} only there`;
      context.warn(`Brought ${what} in from branch ${branch.name}${more}`);
    }
  });
}

/**
 * Commits and pushes the state, with `web_mode`. Never fails the command.
 * @param reason what has just happened, for the commit's message.
 * @param last whether nothing may come after it, so that the push is always tried.
 */
export async function keepState(context: Context, reason: string, last = false): Promise<void> {
  if (!await webMode(context)) return;
  await quietly(context, "The state was not pushed", async () => {
    const { findStateBranch, warnOfNowhere } = await import("./place.ts");
    const branch = await findStateBranch(context);
    if (branch === null) {
      context.warn("The state is not kept anywhere else: this is no git repository");
      return;
    }
    rememberLook(context);
    const { warnOfPush } = await import("../output/state_text.ts");
    const report = await branch.push(reason, { patient: !last });
    if (branch.nowhere === null) warnOfPush(report, (text) => context.warn(text));
    else warnOfNowhere(context, branch);
  });
}

/** Whatever a server or a branch does, there is also what is here: it is warned of. */
export async function quietly(
  context: Context,
  what: string,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    context.warn(`${what}: ${error.message}`);
  }
}
