/**
 * Asking on a terminal. Each answer is null for a question that was cancelled.
 * @module
 */
import { confirm as askConfirm, isCancel, password, text } from "@clack/prompts";
import process from "node:process";
import { terminalRows } from "../platform/console.ts";

/** Yes or no. */
export async function confirm(question: string): Promise<boolean | null> {
  const answer = await cancellable((signal) =>
    askConfirm({ message: question, initialValue: false, output: drawnStderr(), signal })
  );
  return isCancel(answer) ? null : answer;
}

/** A text that can be edited. */
export async function askText(question: string, initial: string): Promise<string | null> {
  const answer = await cancellable((signal) =>
    text({ message: question, initialValue: initial, output: drawnStderr(), signal })
  );
  return isCancel(answer) ? null : answer;
}

/** A text that is not shown. */
export async function askSecret(question: string): Promise<string | null> {
  const answer = await cancellable((signal) =>
    password({ message: question, output: drawnStderr(), signal })
  );
  return isCancel(answer) ? null : answer;
}

/** What a terminal in raw mode sends for Escape, Ctrl-C and Ctrl-D. */
const CANCELS: ReadonlySet<string> = new Set(["\x1b", "\x03", "\x04"]);

/**
 * Asks, and ends the question when it is cancelled before the library sees it: a cancelled question
 * would show the answer that was offered, struck out, as if it had been given.
 */
async function cancellable<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController();
  const listen = (chunk: Uint8Array | string) => {
    const typed = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    if (CANCELS.has(typed)) controller.abort();
  };
  const end = () => controller.abort();
  process.stdin.prependListener("data", listen);
  process.stdin.once("end", end);
  try {
    return await ask(controller.signal);
  } finally {
    process.stdin.off("data", listen);
    process.stdin.off("end", end);
  }
}

/** The width of a terminal that says none. */
const COLUMNS = 80;

/** Standard error, always with a width: a terminal of `script` may say that it has no columns. */
function drawnStderr(): typeof process.stderr {
  const { stderr } = process;
  if (stderr.columns > 0) return stderr;
  return new Proxy(stderr, {
    get(target, name) {
      if (name === "columns") return COLUMNS;
      if (name === "rows") return terminalRows();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
