/**
 * `orchestrator version`
 * @module
 */
import type { Answer } from "../command.ts";
import { versionData, versionText } from "../version.ts";

export function run(): Promise<Answer> {
  return Promise.resolve({ data: versionData(), text: versionText });
}
