/**
 * Whether a program gives things their names only once they are on the disk.
 * @module
 */
import { readFileSync, rmSync } from "node:fs";
import process from "node:process";
import type { Repository, Variables } from "../crash/repository.ts";
import { callLogArguments, type DiskCall, readCallLog } from "./call_log.ts";
import { Disk } from "./disk.ts";
import { readFileTree } from "./recording.ts";

/** What is derived, or means nothing after a power cut. */
const MAY_BE_LOST = /(?:^|\/)(?:state\.json|lock)$/;

/** Names of what is not finished yet, or not needed any more, and what git has of its own. */
const UNFINISHED = /(?:^|\/)\.(?:tmp|staging|removed)-[^/]*$|(?:^|\/)\.git(?:\/|$)/;

/** How a command is run. */
export interface Run {
  readonly argv: readonly string[];
  readonly env?: Variables | undefined;
  readonly stdin?: string | undefined;
}

/**
 * Runs a command and looks at what it renames: every file, and every file and name in a folder, must
 * have been synced before.
 * @param repository is changed by it.
 * @returns sentences about what was not.
 */
export async function publishedTooEarly(
  repository: Repository,
  { argv, env, stdin }: Run,
): Promise<readonly string[]> {
  const { root } = repository;
  const before = readFileTree(root);
  const log = `${root}.calls`;
  await repository.spawn(
    "strace",
    [...callLogArguments(log), repository.executable, ...argv],
    env,
    stdin,
  );
  const calls = readCallLog(readFileSync(log, "utf8"), root);
  rmSync(log);
  const disk = new Disk(root, before, { umask: process.umask() });
  const problems: string[] = [];
  for (const call of calls) {
    problems.push(...tooEarly(disk, call, root));
    disk.do(call);
  }
  return [...new Set(problems)];
}

function tooEarly(disk: Disk, call: DiskCall, root: string): readonly string[] {
  if (call.kind !== "rename" && call.kind !== "link") return [];
  if (!call.to.startsWith(`${root}/`) || UNFINISHED.test(call.to)) return [];
  const to = call.to.slice(root.length + 1);
  return disk.unsynced(call.path).map((path) => path === "" ? to : `${to}/${path}`)
    .filter((path) => !MAY_BE_LOST.test(path))
    .map((path) => `${path} got its name before it was on the disk`);
}
