/**
 * `orchestrator env`
 * @module
 */
import { accessSync, constants } from "node:fs";
import { OrchestratorError } from "../../errors.ts";
import { engine, engineVersion, target } from "../../platform/runtime.ts";
import { detectEnvironment, type Environment } from "../../project/environment.ts";
import type { RepositoryMode } from "../../project/identity.ts";
import type { StateHome } from "../../state_layout/home.ts";
import type { AnswerTo } from "../command.ts";
import { type Taker, takersOf } from "../../app/state/protection.ts";
import type { Context } from "../context.ts";
import { lines, say, shown } from "../output/shown.ts";
import { columns, prose } from "../output/text.ts";

/** What follows from the environment for keeping the state. */
export interface PersistenceAdvice {
  /** `local`: this disk stays. `state_branch`: it does not. `ci`: it does not, and a job ends soon. */
  readonly keep: "local" | "state_branch" | "ci";
  readonly advice: string;
}

export async function run(context: Context): Promise<AnswerTo<"env">> {
  const { paths, io } = context;
  const mode = modeOf(context);
  const found = detectEnvironment(io.env, {
    homeWritable: () => io.home === undefined || isWritable(io.home),
  });
  const config = await context.config();
  const takenBy = takersOf({
    paths,
    meta: mode === null ? null : context.meta,
    environment: found,
  });
  const persistence = {
    ...adviceFor(found, config.get("web_mode"), {
      mode,
      place: placeText(paths.stateHome, mode, takenBy),
    }),
    takenBy,
    stateDirectory: paths.stateDirectory,
  };
  return {
    data: {
      agent: found.agent === null
        ? null
        : { name: found.agent.name, variable: found.agent.variable },
      ephemeral: found.ephemeral,
      ci: found.ci,
      persistence,
      engine: engine(),
      engineVersion: engineVersion(),
      target: target(),
      root: paths.root,
      rootOrigin: paths.origin,
      mode: mode,
    },
    text: (style) => {
      const answer = (what: { readonly name: string; readonly variable: string } | null) =>
        what === null
          ? say`no`
          : say`yes: ${shown(what.name)} ${style.dim(say`(${shown(what.variable)})`)}`;
      const made = say`${shown(engine())} ${shown(engineVersion())}, ${shown(target())}`;
      return lines([
        columns([
          [say`agent`, answer(found.agent)],
          [say`ephemeral`, answer(found.ephemeral)],
          [say`ci`, answer(found.ci)],
          [say`engine`, made],
          [say`root`, say`${shown(paths.root)} ${style.dim(say`(${shown(paths.origin)})`)}`],
          [say`mode`, shown(mode ?? "not initialised")],
        ]),
        say``,
        prose(shown(persistence.advice), style),
      ]);
    },
  };
}

/** The repository's mode; null where there is none, or none that can be read. */
function modeOf(context: Context): RepositoryMode | null {
  try {
    return context.meta?.mode ?? null;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    context.warn(error.message);
    return null;
  }
}

/** What to do so that the state is there the next time. */
export function adviceFor(
  environment: Pick<Environment, "ephemeral" | "ci">,
  webMode: boolean,
  { mode, place }: { readonly mode: RepositoryMode | null; readonly place: string },
): PersistenceAdvice {
  const { ephemeral, ci } = environment;
  if (ephemeral === null) {
    return { keep: "local", advice: `This disk is permanent: the state is kept ${place}` };
  }
  if (webMode) {
    return {
      keep: "state_branch",
      advice: "This disk may be ephemeral: web_mode is on, and the state is kept on its branch",
    };
  }
  if (mode === "portable") {
    return {
      keep: ci === null ? "state_branch" : "ci",
      advice: "This disk may be ephemeral: commit and push .orchestrator/ (portable mode)",
    };
  }
  if (ci !== null) {
    return {
      keep: "ci",
      advice:
        "This disk is discarded after the job: save .orchestrator/ as an artifact if you need it later",
    };
  }
  return {
    keep: "state_branch",
    advice:
      "This disk may be ephemeral: `orchestrator config set web_mode true` keeps the state on a git branch",
  };
}

/** Where the state is, and what takes it away there. */
function placeText(
  stateHome: StateHome | null,
  mode: RepositoryMode | null,
  takenBy: readonly Taker[],
): string {
  if (takenBy.includes("git worktree remove")) {
    return "in this worktree's .orchestrator/, which git deletes with the worktree";
  }
  if (mode === "portable") return "in .orchestrator/, committed with the work";
  const where = stateHome === null || stateHome.why === "setting"
    ? "in .orchestrator/"
    : `in "${stateHome.directory}"`;
  return takenBy.includes("git clean") ? `${where}, which \`git clean -fdx\` deletes` : where;
}

/** True for root, whatever the permissions say; nothing is written to find out. */
function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
