/**
 * The workflow of a project that has none of its own.
 * @module
 */
import { isWindows } from "../platform/runtime.ts";
import { defaultWorkflowYaml } from "../project/default_workflow.ts";
import { detectCommands } from "../project/detect_commands.ts";

/** The built-in definition's text, with the commands that the project's files suggest. */
export function defaultWorkflow(root: string): string {
  return defaultWorkflowYaml(detectCommands(root, { windows: isWindows }));
}
