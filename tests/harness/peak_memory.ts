/**
 * How much memory the executable takes.
 * @module
 */
import { type Scratch, scratchEnvironment } from "./scratch.ts";

/** How a run ended. */
export interface Peak {
  readonly code: number;
  /** The most memory that was in use, in bytes. */
  readonly bytes: number;
}

/** Runs a program in a scratch project, on Linux. */
export async function peakOf(
  program: string,
  scratch: Scratch,
  argv: readonly string[],
): Promise<Peak> {
  const child = new Deno.Command(program, {
    args: [...argv],
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let bytes = 0;
  const watch = setInterval(() => {
    try {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      bytes = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? bytes / 1024) * 1024;
    } catch {
      // It has ended.
    }
  }, 5);
  const { code } = await child.status;
  clearInterval(watch);
  return { code, bytes };
}
