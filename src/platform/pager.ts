/**
 * A pager: a program that shows a long text on the terminal page by page.
 *
 * `node:child_process` is loaded at the first call.
 * @module
 */
import process from "node:process";
import { isWindows } from "./runtime.ts";

/** Which pager to start, and for what. */
export interface PagerRequest {
  /** A command line, as people write it in `PAGER`. */
  readonly command: string;
  /** The whole environment; a variable whose value is undefined is not passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rows of the text, where they are known: what fits on the screen needs no pager. */
  readonly rows?: number;
}

/** A pager that is running. */
export interface Pager<Text extends string = string> {
  /** @returns false when it has ended: its output has no reader. */
  readonly write: (text: Text) => boolean;
  /**
   * Ends the text and waits until the pager has ended.
   * @returns false when it could not show the text at all.
   */
  readonly end: () => Promise<boolean>;
}

/** What a shell answers for a program that is missing, or that is none. */
const NOT_STARTED: readonly number[] = [126, 127];

/**
 * Starts a pager; null when there is none, or none is needed. Never throws.
 * @param screen rows of the terminal.
 */
export async function startPager(request: PagerRequest, screen: number): Promise<Pager | null> {
  if (request.rows !== undefined && request.rows < screen) return null;
  try {
    return await start(request);
  } catch {
    return null;
  }
}

async function start({ command, env }: PagerRequest): Promise<Pager | null> {
  const { spawn } = await import("node:child_process");
  const words = command.trim().split(/\s+/);
  const needsShell = /[^\w\s./:@%+=,-]|^\s*\w+=/.test(command) && !isWindows;
  const [file = "", ...args] = needsShell ? ["sh", "-c", command] : words;
  const child = spawn(file, args, {
    stdio: ["pipe", "inherit", "inherit"],
    env: Object.fromEntries(
      Object.entries(env).filter(([, value]) => value !== undefined),
    ) as Record<string, string>,
  });
  let ended = false;
  const exit = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => {
      ended = true;
      resolve(code);
    });
  });
  // It may end before it has read everything.
  child.stdin.on("error", () => ended = true);
  const started = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  if (!started) return null;
  // Ctrl-C is the pager's: it ends a search in it, not this program.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  return {
    write: (text) => {
      if (ended) return false;
      child.stdin.write(text);
      return true;
    },
    end: async () => {
      child.stdin.end();
      const code = await exit;
      process.off("SIGINT", ignore);
      return code === null || !NOT_STARTED.includes(code);
    },
  };
}
