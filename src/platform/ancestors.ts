/**
 * The processes that started this one.
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";

/** How far up is looked: no shell, tool or container nests deeper. */
const MOST_LEVELS = 64;

/** An environment is at most this long on Linux (`ARG_MAX` of a stack of 8 MiB). */
const MOST_BYTES = 2 * 1024 * 1024;

/**
 * The values that a variable had when each of the processes that started this one began, nearest first.
 * A process cannot take that back: what it unsets later is still there. Empty where the system does not
 * tell (all but Linux, other users' processes).
 */
export function variableOfAncestors(name: string): readonly string[] {
  return environmentsAbove().flatMap((env) => {
    const value = env[name];
    return value === undefined ? [] : [value];
  });
}

/**
 * The variables that each of the processes that started this one began with, nearest first. Empty where
 * the system does not tell (all but Linux, other users' processes).
 */
export function environmentsAbove(): readonly Readonly<Record<string, string | undefined>>[] {
  if (process.platform !== "linux") return [];
  const found: Readonly<Record<string, string | undefined>>[] = [];
  let pid = process.ppid;
  for (let level = 0; level < MOST_LEVELS && pid > 1; level += 1) {
    const env = environmentOf(pid);
    if (env !== undefined) found.push(env);
    const parent = parentOf(pid);
    if (parent === undefined) break;
    pid = parent;
  }
  return found;
}

function environmentOf(pid: number): Readonly<Record<string, string | undefined>> | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, "utf8").slice(0, MOST_BYTES);
    const env: Record<string, string | undefined> = Object.create(null);
    for (const entry of text.split("\0")) {
      const end = entry.indexOf("=");
      // As getenv(3): the first one counts.
      if (end > 0) env[entry.slice(0, end)] ??= entry.slice(end + 1);
    }
    return env;
  } catch {
    return undefined;
  }
}

/** proc(5): pid (name) state ppid …, where the name may hold anything. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return Number.isInteger(parent) ? parent : undefined;
  } catch {
    return undefined;
  }
}
