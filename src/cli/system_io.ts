/**
 * The surroundings of a real process.
 * @module
 */
import process from "node:process";
import {
  isTerminal,
  terminalRows,
  terminalWidth,
  writeErr,
  writeOut,
  writeOutBytes,
} from "../platform/console.ts";
import { userName } from "../platform/user_name.ts";
import type { Io } from "./io.ts";

const STREAMS = { stdin: 0, stdout: 1, stderr: 2 } as const;

const QUESTIONS: Pick<Io, "confirm" | "askText" | "askSecret"> = {
  confirm: async (question) => (await import("./questions.ts")).confirm(question),
  askText: async (question, initial) => (await import("./questions.ts")).askText(question, initial),
  askSecret: async (question) => (await import("./questions.ts")).askSecret(question),
};

/** The process's own streams, environment and clock. */
export function systemIo(): Io {
  const { env } = process;
  let controller: AbortController | undefined;
  let reading = false;
  return {
    env,
    cwd: process.cwd(),
    home: homeDirectory(env),
    now: () => new Date(),
    out: writeOut,
    outBytes: writeOutBytes,
    lostReader: async () => (await import("../platform/lost_reader.ts")).lostReader(),
    err: writeErr,
    isTerminal: (stream) => isTerminal(STREAMS[stream]),
    width: terminalWidth,
    userName,
    launchedBy: async () =>
      await (await import("../platform/launched_by.ts")).launchedBy(isTerminal(0)),
    environmentsAbove: async () => (await import("../platform/ancestors.ts")).environmentsAbove(),
    readStdin,
    stdinBytes: () => {
      reading = true;
      return process.stdin;
    },
    ...QUESTIONS,
    foreground: async (request) => {
      const { runForeground } = await import("../platform/foreground.ts");
      return await runForeground(request);
    },
    pager: async (request) =>
      await (await import("../platform/pager.ts")).startPager(request, terminalRows()),
    // Handlers are installed only when `interrupted` is used: until then a signal ends the process.
    get interrupted(): AbortSignal {
      if (controller === undefined) {
        const made = new AbortController();
        controller = made;
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
          process.on(signal, () => {
            made.abort(signal);
            // Waiting for more of it would keep the process alive.
            if (reading) process.stdin.destroy();
          });
        }
      }
      return controller.signal;
    },
  };
}

/** What the environment calls home; the empty string is none. */
function homeDirectory(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home === undefined || home === "" ? undefined : home;
}

async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  }
  const { joinBytes } = await import("../platform/join_bytes.ts");
  return new TextDecoder().decode(joinBytes(chunks));
}
