/**
 * `orchestrator version`
 * @module
 */
import type { AnswerTo } from "../command.ts";
import { versionData, versionText } from "../version.ts";

export function run(): Promise<AnswerTo<"version">> {
  return Promise.resolve({ data: versionData(), text: versionText });
}
