/**
 * The text form of a transcript: `tests/transcripts/README.md` tells its grammar.
 * @module
 */
import type { Result } from "./running.ts";
import { jsonText } from "./json_text.ts";

/** One thing a transcript says or does. */
export type Step =
  /** A comment or an empty line. */
  | { readonly kind: "text"; readonly text: string }
  /** `@ name …`: what the surroundings are from here on. */
  | { readonly kind: "setting"; readonly words: string; readonly line: number }
  | {
    readonly kind: "command";
    readonly words: string;
    readonly line: number;
    readonly stdin: string | undefined;
    /** Whether the file says what the command prints or how it ends. */
    readonly expects: boolean;
  };

/** A transcript as read. */
export interface Transcript {
  readonly steps: readonly Step[];
  /** Files of the project before the first step, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** The part of the text that holds the files, to be written back as it is. */
  readonly filesText: string;
}

const FILE_HEADER = /^-- (.+) --$/;

/**
 * Reads a transcript.
 * @throws when a line is none of the grammar's.
 */
export function parseTranscript(text: string): Transcript {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const filesAt = lines.findIndex((line) => FILE_HEADER.test(line));
  const script = filesAt < 0 ? lines : lines.slice(0, filesAt);
  const files = filesAt < 0 ? [] : lines.slice(filesAt);
  return {
    steps: parseSteps(script),
    files: parseFiles(files),
    filesText: files.map((line) => line + "\n").join(""),
  };
}

function parseSteps(lines: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const last = steps.at(-1);
    if (text === "" || text.startsWith("#")) {
      steps.push({ kind: "text", text });
    } else if (text.startsWith("@ ")) {
      steps.push({ kind: "setting", words: text.slice(2), line });
    } else if (text.startsWith("$ ")) {
      const words = text.slice(2);
      steps.push({ kind: "command", words, line, stdin: undefined, expects: false });
    } else if (last?.kind !== "command") {
      throw new Error(`line ${line} belongs to no command: ${text}`);
    } else if (text === "<" || text.startsWith("< ")) {
      steps[steps.length - 1] = { ...last, stdin: `${last.stdin ?? ""}${text.slice(2)}\n` };
    } else if (/^(?:[|!](?: |$)|\? \d+$|\\ )/.test(text)) {
      steps[steps.length - 1] = { ...last, expects: true };
    } else {
      throw new Error(`line ${line} cannot be understood: ${text}`);
    }
  }
  return steps;
}

function parseFiles(lines: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let name = "";
  for (const line of lines) {
    const header = FILE_HEADER.exec(line);
    if (header === null) {
      files.set(name, `${files.get(name) ?? ""}${line}\n`);
    } else {
      name = header[1] ?? "";
      if (files.has(name)) throw new Error(`the file ${name} is there twice`);
      files.set(name, "");
    }
  }
  return files;
}

/** A step as its file has it, without what a command is expected to print. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "text":
      return `${step.text}\n`;
    case "setting":
      return `@ ${step.words}\n`;
    case "command":
      return `$ ${step.words}\n${prefixed("<", step.stdin ?? "", "")}`;
  }
}

/** A command's result as a transcript says it. A command that was silent says `? 0`. */
export function resultText(result: Result): string {
  const text = prefixed("|", result.stdout, "stdout") + prefixed("!", result.stderr, "stderr");
  return result.code === 0 && text !== "" ? text : `${text}? ${result.code}\n`;
}

/** The lines of a stream, each behind its mark. A line that is JSON is shown indented. */
function prefixed(mark: string, text: string, stream: string): string {
  if (text === "") return "";
  const whole = text.endsWith("\n");
  const lines = (whole ? text.slice(0, -1) : text).split("\n").flatMap((line) =>
    stream === "" ? [line] : readable(line)
  );
  const marked = lines.map((line) => `${mark}${line === "" ? "" : " "}${line}\n`).join("");
  return whole || stream === "" ? marked : `${marked}\\ no line end on ${stream}\n`;
}

function readable(line: string): readonly string[] {
  if (!line.startsWith("{") || !line.endsWith("}")) return [line];
  try {
    return jsonText(JSON.parse(line)).split("\n");
  } catch {
    return [line];
  }
}
