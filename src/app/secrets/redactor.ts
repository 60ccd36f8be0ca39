/**
 * What is known of secrets in one run of the program, and what is done with it.
 * @module
 */
import type { Config } from "../../config/config.ts";
import { configMayExist } from "../../config/quick_checks.ts";
import { OrchestratorError } from "../../errors.ts";
import { OrchestratorPaths } from "../../project/paths.ts";
import { learnVariables, mayBeStored } from "../../secrets/known.ts";
import { Redactor } from "../../secrets/redact.ts";
import { redactDeep } from "../../secrets/redact_deep.ts";
import { configFiles } from "../configuration.ts";
import type { Configuration, Secrets, Surroundings, Whereabouts } from "../workspace.ts";
import { secretRoots } from "./roots.ts";

/** Learns everything available without a prompt. Never fails. */
export async function makeRedactor(
  workspace: Whereabouts & Pick<Configuration, "loadedConfig">,
): Promise<Redactor> {
  return await learn(workspace, workspace.loadedConfig);
}

/** Learns the variables that the configuration names as secrets: it may have come from elsewhere just now. */
export function learnMore(
  { io, loadedConfig }: Whereabouts & Pick<Configuration, "loadedConfig">,
  redactor: Redactor,
): void {
  learnVariables(redactor, io.env, loadedConfig?.get("secrets.required"));
}

/** The redactor of a run that may have failed before it had a workspace. Never fails. */
export async function redactorFor(
  workspace: Secrets | undefined,
  io: Surroundings,
): Promise<Redactor> {
  return workspace === undefined
    ? await learn({ io, usablePaths: likelyPaths(io) }, undefined)
    : await workspace.redactor();
}

async function learn(where: Whereabouts, config: Config | undefined): Promise<Redactor> {
  const redactor = new Redactor();
  learnVariables(redactor, where.io.env, config?.get("secrets.required"));
  try {
    if (mayBeStored(secretRoots(where)) || mayBeListed(where, config)) {
      const { learnSecrets } = await import("./learn.ts");
      await learnSecrets(redactor, where, config);
    }
  } catch (error) {
    // What cannot be read cannot be shown either; the command reports it when it matters.
    if (!(error instanceof OrchestratorError)) throw error;
  }
  return redactor;
}

/** Whether the configuration may name files of secrets. */
function mayBeListed(where: Whereabouts, config: Config | undefined): boolean {
  return config === undefined
    ? configMayExist(configFiles(where).map(({ path }) => path), where.io.env)
    : config.get("secrets.files").length > 0;
}

/** The project that a command line that could not be understood was most likely about. */
function likelyPaths({ cwd, env, home }: Surroundings): OrchestratorPaths | null {
  try {
    const paths = OrchestratorPaths.locate({ cwd, variable: env["ORCHESTRATOR_ROOT"], home });
    return paths.isHome ? null : paths;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return null;
  }
}

/** An error as it may be shown. */
export function redactedError(error: OrchestratorError, redactor: Redactor): OrchestratorError {
  const clean = (text: string) => redactor.redact(text);
  return new OrchestratorError(error.code, clean(error.message), {
    ...(error.hint === undefined ? {} : { hint: clean(error.hint) }),
    ...(error.details === undefined
      ? {}
      : { details: redactDeep(error.details, clean) as Readonly<Record<string, unknown>> }),
    cause: error.cause,
  });
}
