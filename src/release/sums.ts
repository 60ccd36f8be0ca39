/**
 * `SHA256SUMS`: what a release consists of. This file is what is signed, so its first line names
 * the program and the version: a signature cannot be used for another release.
 *
 * ```
 * # orchestrator 0.2.0
 * # executable <64 hex digits> linux-x64
 * <64 hex digits>  orchestrator-0.2.0-linux-x64.gz
 * ```
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isVersion } from "./version_order.ts";

/** Its name, and what follows it in the names of its signatures. */
export const SUMS_NAME = "SHA256SUMS";
export const ECDSA_SUFFIX = ".sig";
export const SSH_SUFFIX = ".sshsig";

/** More than any release has. */
export const MOST_SUMS_BYTES = 64 * 1024;

/** What the file says. */
export interface Sums {
  readonly version: string;
  /** SHA-256 of each file of the release, by its name. */
  readonly files: ReadonlyMap<string, string>;
  /** SHA-256 of the unpacked executables, by their target. */
  readonly executables: ReadonlyMap<string, string>;
}

/**
 * Reads the file. The caller has checked its signature, or is about to.
 * @throws `release_invalid` when a line is of no known form.
 */
export function parseSums(text: string): Sums {
  const [first = "", ...lines] = text.split("\n");
  const version = /^# orchestrator (\S+)$/.exec(first)?.[1];
  if (version === undefined || !isVersion(version)) throw invalid(1);
  if (lines.pop() !== "") throw invalid(lines.length + 2);
  const files = new Map<string, string>();
  const executables = new Map<string, string>();
  lines.forEach((line, index) => {
    const executable = /^# executable ([0-9a-f]{64}) ([a-z0-9-]+)$/.exec(line);
    const file = /^([0-9a-f]{64}) {2}([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(line);
    const [map, match] = executable === null ? [files, file] : [executables, executable];
    const [, hash, name] = match ?? [];
    if (hash === undefined || name === undefined || map.has(name)) throw invalid(index + 2);
    map.set(name, hash);
  });
  return { version, files, executables };
}

/** Writes the file; {@link parseSums} reads it back. */
export function formatSums(sums: Sums): string {
  const byName = (map: ReadonlyMap<string, string>) =>
    [...map].sort(([left], [right]) => left < right ? -1 : 1);
  return [
    `# orchestrator ${sums.version}`,
    ...byName(sums.executables).map(([target, hash]) => `# executable ${hash} ${target}`),
    ...byName(sums.files).map(([name, hash]) => `${hash}  ${name}`),
    "",
  ].join("\n");
}

/** The name of a release's file that holds a target's executable, compressed. */
export function executableFile(
  version: string,
  target: string,
  compression: "gz" | "zst",
): string {
  return `orchestrator-${version}-${target}.${compression}`;
}

function invalid(line: number): OrchestratorError {
  return new OrchestratorError(
    "release_invalid",
    `Cannot read the release's ${SUMS_NAME}: line ${line} is not valid`,
    { details: { file: SUMS_NAME, line } },
  );
}
