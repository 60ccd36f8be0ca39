/**
 * The terminal and the programs that this process was started from: names only, never their arguments.
 * @module
 */
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import { runProgram } from "./processes.ts";

/** Where a process was started. */
export interface LaunchedBy {
  /** Name of the terminal, e.g. `/dev/pts/3`; `none` without one, `unknown` where it has no name. */
  readonly terminal: string;
  /** Names of the programs above this one, nearest first; `unknown` where the system does not tell. */
  readonly programs: readonly string[] | "unknown";
}

/** A process as a system lists it. */
interface Listed {
  readonly parent: number;
  readonly name: string;
  /** As `ps` names it, e.g. `ttys003`. */
  readonly terminal?: string;
}

const MOST_PROGRAMS = 8;
const LISTING_MS = 3000;
const LISTING_BYTES = 4 * 1024 * 1024;

/**
 * Looks at the parents of this process, and at the terminal of its standard input.
 * @param hasTerminal whether standard input is a terminal.
 * @param most how many programs are named.
 */
export async function launchedBy(
  hasTerminal: boolean,
  most = MOST_PROGRAMS,
): Promise<LaunchedBy> {
  if (process.platform === "linux") {
    return {
      terminal: hasTerminal ? linuxTerminal() : "none",
      programs: namesAbove(process.ppid, most, processOnLinux),
    };
  }
  if (process.platform === "darwin") {
    const listing = await listed();
    const own = listing?.get(process.pid)?.terminal;
    return {
      terminal: !hasTerminal
        ? "none"
        : own === undefined || own === "??"
        ? "unknown"
        : `/dev/${own}`,
      programs: listing === null
        ? "unknown"
        : namesAbove(process.ppid, most, (pid) => listing.get(pid)),
    };
  }
  return { terminal: hasTerminal ? "unknown" : "none", programs: "unknown" };
}

/**
 * Names of a process and of those above it.
 * @param find gives a process; undefined when it is not there or may not be looked at.
 */
export function namesAbove(
  pid: number,
  most: number,
  find: (pid: number) => Listed | undefined,
): readonly string[] | "unknown" {
  const names: string[] = [];
  const seen = new Set<number>();
  for (let at = pid; at > 0 && names.length < most && !seen.has(at);) {
    seen.add(at);
    const found = find(at);
    if (found === undefined) break;
    names.push(found.name);
    at = found.parent;
  }
  return names.length === 0 ? "unknown" : names;
}

function processOnLinux(pid: number): Listed | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Reads a line of proc(5): `pid (name) state ppid …`, where the name may hold anything. */
export function parseStat(stat: string): Listed | undefined {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const parent = Number(stat.slice(close + 1).trim().split(" ")[1]);
  if (open < 0 || close < open || !Number.isInteger(parent)) return undefined;
  return { parent, name: stat.slice(open + 1, close) };
}

function linuxTerminal(): string {
  try {
    return readlinkSync("/proc/self/fd/0");
  } catch {
    return "unknown";
  }
}

/** All processes; null when `ps` does not answer. */
async function listed(): Promise<ReadonlyMap<number, Listed> | null> {
  try {
    const { exitCode, stdout } = await runProgram(
      "/bin/ps",
      ["-A", "-o", "pid=,ppid=,tty=,comm="],
      {
        cwd: "/",
        env: { ...process.env, LC_ALL: "C" },
        timeoutMs: LISTING_MS,
        mostBytes: LISTING_BYTES,
      },
    );
    return exitCode === 0 ? parseListing(stdout) : null;
  } catch {
    return null;
  }
}

/** Reads what `ps -A -o pid=,ppid=,tty=,comm=` prints. */
export function parseListing(text: string): ReadonlyMap<number, Listed> {
  const found = new Map<number, Listed>();
  for (const line of text.split("\n")) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line);
    if (match === null) continue;
    const [, pid, parent, terminal = "??", command = ""] = match;
    // A login shell begins with a dash; macOS gives the whole path.
    const name = basename(command.trim()).replace(/^-/, "");
    found.set(Number(pid), { parent: Number(parent), name, terminal });
  }
  return found;
}
