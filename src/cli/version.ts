/**
 * What `--version` says.
 * @module
 */
import type { AnswerData } from "../answers/table.ts";
import { BUILD } from "../platform/build.ts";
import { engine, engineVersion, target } from "../platform/runtime.ts";
import { VERSION } from "../version.ts";
import { say, type Shown, shown } from "./output/shown.ts";

/** Version, what it was built from, engine and target, for programs. */
export function versionData(): AnswerData<"version"> {
  return {
    version: VERSION,
    commit: BUILD.commit,
    date: BUILD.date,
    engine: engine(),
    engineVersion: engineVersion(),
    target: target(),
  };
}

/** `orchestrator 0.1.0 (bun 1.4.5, linux-x64)` */
export function versionText(): Shown {
  const made = say`${shown(engine())} ${shown(engineVersion())}, ${shown(target())}`;
  return say`orchestrator ${shown(VERSION)} (${made})\n`;
}
