/**
 * What is known of secrets in one run of the program, and what is done with it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { learnStored, learnVariables, mayBeStored } from "../secrets/known.ts";
import { Redactor } from "../secrets/redact.ts";
import { redactDeep } from "../secrets/redact_deep.ts";
import type { Context } from "./context.ts";
import type { Io } from "./io.ts";
import { secretRoots } from "./secret_roots.ts";

/** Learns all that is at hand without asking anybody. Never fails. */
export async function makeRedactor(context: Context): Promise<Redactor> {
  const redactor = new Redactor();
  learnVariables(redactor, context.io.env, context.loadedConfig?.get("secrets.required"));
  try {
    if (mayBeStored(secretRoots(context))) {
      const { makeStore } = await import("./secret_store.ts");
      await learnStored(await makeStore(context, { redactor, quiet: true }));
    }
  } catch (error) {
    // A project or a configuration that cannot be used is for the command to report.
    if (!(error instanceof OrchestratorError)) throw error;
  }
  return redactor;
}

/** The redactor of a run that may have failed before it had a context. Never fails. */
export async function redactorFor(context: Context | undefined, io: Io): Promise<Redactor> {
  try {
    if (context !== undefined) return await context.redactor();
  } catch {
    // What is left is the environment.
  }
  const redactor = new Redactor();
  learnVariables(redactor, io.env);
  return redactor;
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
