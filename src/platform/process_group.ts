/**
 * Ending a program together with all it started.
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { isWindows } from "./runtime.ts";

/** How often to look whether the group is gone. */
const LOOK_AGAIN_MS = 20;

/**
 * Ends a child with all its descendants: SIGTERM first, then SIGKILL if any is left after
 * `graceMs`. On Windows the tree is terminated at once.
 * @param child A child that leads its own process group (`detached`), except on Windows.
 * @param pid The child's process id.
 */
export async function endGroup(child: ChildProcess, pid: number, graceMs: number): Promise<void> {
  if (isWindows) return await endTree(child, pid);
  const deadline = performance.now() + graceMs;
  let alive = signalGroup(pid, "SIGTERM");
  while (alive && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    alive = signalGroup(pid, 0) && hasLivingMember(pid);
  }
  if (alive) signalGroup(pid, "SIGKILL");
}

/** Sends a signal to a process group (0 only checks); false when the group is empty. */
function signalGroup(group: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a process group has a member that is not a zombie. In many containers orphans are never
 * reaped, and a group of zombies would seem alive for ever. True where `/proc` is not available.
 */
function hasLivingMember(group: number): boolean {
  if (process.platform !== "linux") return true;
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return true;
  }
  return names.some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // proc(5): pid (name) state ppid pgrp …, where the name may hold anything.
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state = "", , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(pgrp) === group && state !== "Z" && state !== "X";
    } catch {
      return false;
    }
  });
}

/** Ends a process tree on Windows. */
async function endTree(child: ChildProcess, pid: number): Promise<void> {
  const { spawn } = await import("node:child_process");
  await new Promise<void>((resolve) => {
    const taskkill = spawn("taskkill", ["/pid", String(pid), "/T", "/F"], {
      stdio: "ignore",
      windowsHide: true,
    });
    taskkill.once("exit", () => resolve());
    taskkill.once("error", () => resolve());
  });
  // Also when taskkill is missing or was refused: the shell at least.
  child.kill();
}
