/**
 * Where the state that outlives this machine meets the commands: it is brought in before the first
 * change in a fresh clone, and pushed after each phase.
 *
 * Loaded by changing commands only, and light: what is heavy is reached once there is something to do.
 * @module
 */
import { configMayExist } from "../config/hot.ts";
import { OrchestratorError } from "../errors.ts";
import { unfinishedImport } from "../snapshot/unfinished.ts";
import type { Context } from "./context.ts";

/** Whether the configuration says that the state is kept on a branch. */
export async function webMode(context: Context): Promise<boolean> {
  if (!configMayExist(context.configPaths, context.io.env)) return false;
  return (await context.config()).get("web_mode");
}

/** Whether a clone without state may have some on the server. */
export async function mayHaveRemoteState(context: Context): Promise<boolean> {
  if (context.paths.isHome) return false;
  return context.environment.ephemeral !== null || await webMode(context);
}

/** Finishes an import that was interrupted. */
export async function finishInterrupted(context: Context): Promise<void> {
  if (!unfinishedImport(context.paths.stateDirectory)) return;
  const { finishImports } = await import("../snapshot/plan.ts");
  await finishImports({
    manager: context.manager,
    paths: context.paths,
    now: context.io.now,
    warn: (message) => context.warn(message),
  });
  context.refresh();
}

/**
 * Brings the state of the branch into a clone that has none. Never fails the command: without the
 * server it goes on as in a new repository, and says so.
 */
export async function bringIn(context: Context): Promise<void> {
  if (!await mayHaveRemoteState(context)) return;
  if ((await context.manager.ids()).length > 0) return;
  await quietly(context, "The state branch was not brought in", async () => {
    const { findStateBranch } = await import("./state_place.ts");
    const branch = await findStateBranch(context);
    if (branch === null) return;
    const { sessions, problem } = await branch.pull();
    context.refresh();
    context.refreshConfig();
    if (problem !== null) context.warn(`The state branch could not be fetched: ${problem}`);
    if (sessions.length > 0) {
      const what = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
      context.warn(`Brought ${what} in from branch ${branch.name}`);
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
    const { findStateBranch } = await import("./state_place.ts");
    const branch = await findStateBranch(context);
    if (branch === null) {
      context.warn("The state is not kept anywhere else: this is no git repository");
      return;
    }
    const { warnOfPush } = await import("./output/state_text.ts");
    warnOfPush(await branch.push(reason, { patient: !last }), (text) => context.warn(text));
  });
}

async function quietly(
  context: Context,
  what: string,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    const trouble = error instanceof Error && error.name === "Trouble";
    if (!trouble && !(error instanceof OrchestratorError)) throw error;
    context.warn(`${what}: ${error.message}`);
  }
}
