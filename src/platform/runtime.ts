/**
 * Which engine runs this program, and on which system.
 *
 * Imported by nearly everything, so it imports nothing itself but `node:process`.
 * @module
 */
import process from "node:process";

/** The JavaScript engine: Deno, or Bun (also inside a Bun-compiled executable). */
export type Engine = "deno" | "bun";

/** Set by `scripts/compile.ts` for Bun executables; absent when run from source. */
declare const ORCHESTRATOR_TARGET: string | undefined;

/** True on Windows. */
export const isWindows: boolean = process.platform === "win32";

/** Whether terminals show UTF-8 where no variable names a locale; elsewhere that is the C locale. */
export const usesUtf8ByDefault: boolean = isWindows || process.platform === "darwin";

/** The engine at work. */
export function engine(): Engine {
  return process.versions["bun"] === undefined ? "deno" : "bun";
}

/** The engine's version, for example `2.9.6`. */
export function engineVersion(): string {
  return process.versions[engine()] ?? "unknown";
}

/**
 * The system this program was built for, or runs on when started from source: `linux-x64`,
 * `linux-x64-musl`, `linux-arm64`, `linux-arm64-musl`, `macos-x64`, `macos-arm64`, `windows-x64`.
 */
export function target(): string {
  if (typeof ORCHESTRATOR_TARGET === "string") return ORCHESTRATOR_TARGET;
  const systems: Readonly<Record<string, string>> = { darwin: "macos", win32: "windows" };
  return `${systems[process.platform] ?? process.platform}-${process.arch}`;
}

/**
 * The path of the executable that this program is; null when it runs from source, where the engine
 * is the executable.
 */
export function programPath(): string | null {
  const deno =
    (globalThis as { readonly Deno?: { readonly build: { readonly standalone?: boolean } } })
      .Deno;
  const compiled = typeof ORCHESTRATOR_TARGET === "string" || deno?.build.standalone === true;
  return compiled ? process.execPath : null;
}
