/**
 * What an executable must not take from its environment.
 *
 * The runtime in a Bun executable looks at variables before the first line of the program runs: with
 * `BUN_BE_BUN=1` the executable is Bun and not this program, `BUN_OPTIONS` can load any file first, and
 * `BUN_INSPECT` waits for a debugger. No option of `bun build --compile` turns that off. So the names are
 * replaced in the finished file, length for length, by names that no shell can set. `.env`, `bunfig.toml`,
 * `tsconfig.json` and `package.json` are turned off by options of the build.
 *
 * What the runtime keeps: `BUN_JSC_*` (speed, memory and diagnostics of the engine), and the certificates
 * that networks demand (`NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, …). They load no code.
 * @module
 */
import { Buffer } from "node:buffer";

/** Names, or the beginnings of names. */
export const RUNTIME_VARIABLES: readonly string[] = [
  // It makes the executable Bun itself.
  "BUN_BE_BUN",
  // Options of Bun in front of the program's own: --preload, --print, --watch, --config.
  "BUN_OPTIONS",
  // A debugger that runs code in the program, and files that are loaded for it.
  "BUN_INSPECT",
  // Files that are written where the variable says.
  "BUN_BYTECODE_",
  // Prints the headers of requests, with what authorises them.
  "BUN_CONFIG_VERBOSE_FETCH",
];

/** What stands in the place of the first `_`: part of a name in JavaScript, and of none in a shell. */
const MARK = "$".charCodeAt(0);

/**
 * Replaces the names in an executable, in place.
 * @throws {Error} where the runtime has one of them no more: what it looks at now must be found out.
 */
export function dropRuntimeVariables(executable: Buffer): void {
  for (const name of RUNTIME_VARIABLES) {
    const bytes = Buffer.from(name);
    const mark = name.indexOf("_");
    let at = executable.indexOf(bytes);
    if (at < 0) {
      throw new Error(`the runtime has no "${name}" to replace: see runtime_variables.ts`);
    }
    for (; at >= 0; at = executable.indexOf(bytes, at + bytes.length)) executable[at + mark] = MARK;
  }
}
