/**
 * Which secrets must be there.
 * @module
 */
import { originText } from "../../config/layers.ts";
import { OrchestratorError } from "../../errors.ts";
import { isSecretName } from "../../secrets/name.ts";
import type { Configuration, Project } from "../workspace.ts";
import { readWorkflowFile, workflowFile } from "../workflow_file.ts";

/**
 * Names of the required secrets, with who requires them: `secrets.required` of the configuration and
 * the setting `required_secrets` of the workflow. A workflow that cannot be read requires none.
 */
export async function requiredSecrets(
  workspace: Project & Configuration,
): Promise<ReadonlyMap<string, string>> {
  const config = await workspace.config();
  const required = new Map<string, string>();
  for (const name of config.get("secrets.required")) {
    required.set(
      name,
      `the configuration (${originText(config.effective("secrets.required").origin)})`,
    );
  }
  const workflow = await fromWorkflow(workspace);
  for (const name of workflow.names) if (!required.has(name)) required.set(name, workflow.file);
  return required;
}

async function fromWorkflow(
  workspace: Project & Configuration,
): Promise<{ readonly file: string; readonly names: readonly string[] }> {
  const none = { file: "", names: [] };
  let text: string | null;
  let file: string;
  try {
    const found = await workflowFile(workspace, undefined, "look for required secrets");
    file = found.shown;
    text = readWorkflowFile(found);
  } catch (error) {
    if (error instanceof OrchestratorError) return none;
    throw error;
  }
  if (text === null) return none;
  const { parseDefinition } = await import("../../workflow/parse_definition.ts");
  const { overridesFor, readOldSettings } = await import("../../legacy/old_settings.ts");
  const old = readOldSettings(workspace.paths.root, text);
  const overrides = old.kind === "settings" ? overridesFor(old.values, text) : {};
  const { definition } = parseDefinition(text, { file, overrides });
  const setting = definition?.settings["required_secrets"];
  const names = typeof setting === "string"
    ? setting.split(",").map((name) => name.trim())
    : Array.isArray(setting)
    ? setting.filter((name) => typeof name === "string")
    : [];
  return { file, names: names.filter(isSecretName) };
}
