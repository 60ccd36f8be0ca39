/**
 * What the executable takes: memory and time.
 * @module
 */

/** How a run ended. */
export interface Peak {
  readonly code: number;
  /** The most memory that was in use, in bytes. */
  readonly bytes: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it had to be stopped. */
  readonly hung: boolean;
}

/** Runs a program to its end, on Linux. */
export async function peakOf(
  program: string,
  argv: readonly string[],
  surroundings: {
    readonly cwd: string;
    readonly env: Record<string, string>;
    /** Milliseconds after which it is stopped. Default: ten minutes. */
    readonly timeoutMs?: number;
  },
): Promise<Peak> {
  const { cwd, env, timeoutMs = 600_000 } = surroundings;
  const child = new Deno.Command(program, {
    args: [...argv],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let bytes = 0;
  let hung = false;
  const watch = setInterval(() => {
    try {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      bytes = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? bytes / 1024) * 1024;
    } catch {
      // It has ended.
    }
  }, 5);
  const end = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const output = await child.output();
  clearInterval(watch);
  clearTimeout(end);
  const decode = (data: Uint8Array) => new TextDecoder().decode(data);
  return {
    code: output.code,
    bytes,
    hung,
    stdout: decode(output.stdout),
    stderr: decode(output.stderr),
  };
}
