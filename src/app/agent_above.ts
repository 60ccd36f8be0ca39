/**
 * An agent that takes its own variables away before it runs a command: the processes above still tell.
 * @module
 */
import { detectEnvironment } from "../project/environment.ts";
import type { Workspace } from "./workspace.ts";

/** Commands that only a person may run, or that an agent may run only in part. */
const FOR_PERSONS: ReadonlySet<string> = new Set([
  "start",
  "skip",
  "approve",
  "reject",
  "log accept",
  "trust add",
  "deinit",
  "handoff --run",
]);

/** Looks for an agent in the processes above this one, where its own variables tell of none. */
export async function lookForAgentAbove(
  workspace: Pick<Workspace, "operation" | "io" | "environment" | "detected">,
): Promise<void> {
  const { operation, io, environment } = workspace;
  if (!FOR_PERSONS.has(operation) || environment.agent !== null) return;
  for (const env of await io.environmentsAbove?.() ?? []) {
    const { agent } = detectEnvironment(env);
    if (agent === null) continue;
    // Its session is not taken over: another program may stand between.
    const { name, variable } = agent;
    workspace.detected({ ...environment, agent: { name, variable: `${variable} of a parent` } });
    return;
  }
}
