/**
 * What `--version` says.
 * @module
 */
import { engine, engineVersion, target } from "../platform/runtime.ts";
import { VERSION } from "../version.ts";

/** Version, engine and target, for programs. */
export function versionData(): Readonly<Record<string, string>> {
  return { version: VERSION, engine: engine(), engineVersion: engineVersion(), target: target() };
}

/** `orchestrator 0.1.0 (bun 1.4.5, linux-x64)` */
export function versionText(): string {
  return `orchestrator ${VERSION} (${engine()} ${engineVersion()}, ${target()})\n`;
}
