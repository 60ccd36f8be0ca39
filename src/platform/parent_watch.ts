/**
 * Ends a process group when this process dies, however it dies: also by SIGKILL, which it cannot
 * answer to.
 *
 * A small shell waits at the end of a pipe whose other end only this process has. The system closes
 * that end with the process. It is in a session of its own, so that what ends the group or the terminal
 * does not end it first. Between the start of the group and the line that names it lie microseconds in
 * which a death goes unseen. Windows has no process groups: there a command goes on by itself.
 * @module
 */
import type { ChildProcess } from "node:child_process";

/** Reads the group, then waits for the word that all is well; at the end of its input it ends the group. */
const SCRIPT = `read -r group || exit 0
read -r ended && exit 0
kill -TERM "-$group" 2>/dev/null || exit 0
sleep "$1"
kill -KILL "-$group" 2>/dev/null
exit 0`;

/** A watch that has begun. */
export interface ParentWatch {
  /** Tells it which group to end. */
  watch(group: number): void;
  /** Ends the watch, and nothing else. */
  end(): void;
}

const NO_WATCH: ParentWatch = { watch: () => {}, end: () => {} };

/**
 * Begins a watch. Where it cannot be started there is none: the command runs all the same.
 * @param graceMs how long the group may take to end by itself once it was told to.
 */
export async function watchParent(
  graceMs: number,
  env: Readonly<Record<string, string>>,
): Promise<ParentWatch> {
  const { spawn } = await import("node:child_process");
  let watcher: ChildProcess;
  try {
    watcher = spawn("/bin/sh", ["-c", SCRIPT, "sh", String(Math.ceil(graceMs / 1000))], {
      // It needs nothing but where to find sleep; a folder as working directory it would keep in use.
      cwd: "/",
      env: { PATH: env["PATH"] ?? "/usr/bin:/bin" },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
  } catch {
    return NO_WATCH;
  }
  const { stdin } = watcher;
  watcher.on("error", () => {});
  stdin?.on("error", () => {});
  watcher.unref();
  return {
    watch: (group) => void stdin?.write(`${group}\n`),
    end: () => void stdin?.end("ended\n"),
  };
}
