/**
 * Ends a process group when this process dies, even by SIGKILL.
 *
 * A small shell waits at the end of a pipe whose other end only this process has. The system closes
 * that end with the process. Nothing is written to the pipe: a runtime may write later than
 * expected, and a death in between would lose the line. The shell runs in its own session, so that
 * signals to the group or the terminal do not end it first. A group that must not outlive this process
 * begins its work when its watch has begun. Windows has no process groups: there the command keeps
 * running.
 * @module
 */
import type { ChildProcess } from "node:child_process";
import process from "node:process";

/** Waits for the end of its input, then ends the group. */
const SCRIPT = `read -r never
kill -TERM "-$1" 2>/dev/null || exit 0
sleep "$2"
kill -KILL "-$1" 2>/dev/null
exit 0`;

/** A watch that has begun. */
export interface ParentWatch {
  /** Ends the watch, and nothing else. */
  end(): void;
}

const NO_WATCH: ParentWatch = { end: () => {} };

/** How the shell is started: `spawn` of `node:child_process`. */
type Spawn = typeof import("node:child_process").spawn;

/**
 * Starts a watch immediately. If it cannot be started, the command runs without it.
 * @param group the process group to end, by its number.
 * @param graceMs time between SIGTERM and SIGKILL.
 */
export function watchParent(
  spawn: Spawn,
  group: number,
  { graceMs, env }: { readonly graceMs: number; readonly env: Readonly<Record<string, string>> },
): ParentWatch {
  let watcher: ChildProcess;
  try {
    const args = [String(group), String(Math.ceil(graceMs / 1000))];
    watcher = spawn("/bin/sh", ["-c", SCRIPT, "sh", ...args], {
      // It needs nothing but where to find sleep; a folder as working directory it would keep in use.
      cwd: "/",
      env: { PATH: env["PATH"] ?? "/usr/bin:/bin" },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
  } catch {
    return NO_WATCH;
  }
  watcher.on("error", () => {});
  watcher.stdin?.on("error", () => {});
  watcher.unref();
  return { end: () => endWatcher(watcher) };
}

/**
 * A signal has arrived when this returns, also when this process ends right behind it. It is sent by
 * number: `ChildProcess.kill` of Deno closes the input first, and the shell could act on that.
 */
function endWatcher({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
