/**
 * `docs/troubleshooting.md` has an entry for every code of `src/errors.ts`, under its exit code, and
 * shows only messages that the source can make.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ERROR_CODES, EXIT_CODES } from "../../../src/errors.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../../..");
const PAGE = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");

/** What the page says of a code. */
interface Entry {
  readonly code: string;
  /** Of the heading above it. */
  readonly exit: number;
  readonly messages: readonly string[];
  readonly text: string;
}

function entriesOf(page: string): readonly Entry[] {
  const entries: Entry[] = [];
  let exit = NaN;
  for (const part of page.split(/^(?=#{2,4} )/m)) {
    const section = /^### Exit code (?<exit>\d+)/.exec(part)?.groups?.["exit"];
    if (section !== undefined) exit = Number(section);
    const code = /^#### `(?<code>\w+)`$/m.exec(part)?.groups?.["code"];
    if (code === undefined) continue;
    const shown = /^```text\n(?<lines>.*?)^```$/ms.exec(part)?.groups?.["lines"] ?? "";
    entries.push({ code, exit, messages: shown.split("\n").filter(Boolean), text: part });
  }
  return entries;
}

const ENTRIES = entriesOf(PAGE);

Deno.test("troubleshooting: every error code has one entry, under its exit code", () => {
  const wanted = Object.entries(ERROR_CODES).map(([code, kind]) => `${EXIT_CODES[kind]} ${code}`);
  assert.deepEqual(ENTRIES.map(({ exit, code }) => `${exit} ${code}`), wanted);
});

Deno.test("troubleshooting: every entry has messages, says why, and what to do", () => {
  for (const { code, messages, text } of ENTRIES) {
    assert.ok(messages.length > 0, `${code} shows no message`);
    assert.match(text, /^\*\*Why:\*\* \S/m, code);
    assert.match(text, /^\*\*Do:\*\* \S/m, code);
  }
});

function textOf(folder: string, extension: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"))
    .join("\n");
}

/** What the transcripts show that the program said. */
function saidMessages(): readonly string[] {
  const lines = textOf("tests/transcripts", ".txt").matchAll(/^! error: (?<message>.*)$/gm);
  return [...lines].map(({ groups }) => groups?.["message"] ?? "");
}

/** A message of the page, where "…" stands for anything. */
function patternOf(message: string): RegExp {
  const parts = message.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}`);
}

/** The parts of a message that are the same each time: between "…", quotes and colons. */
function piecesOf(message: string): readonly string[] {
  return message.replace(/^Cannot /, "").split(/…|"|: |; |[(),]/).map((piece) => piece.trim())
    .filter((piece) => piece !== "");
}

Deno.test("troubleshooting: every message is one that the program says", () => {
  const said = saidMessages();
  assert.ok(said.length > 500, `only ${said.length} messages were found in the transcripts`);
  // Texts that are split over lines are in one piece here.
  const source = textOf("src", ".ts").replaceAll(/["'`]\s*\+\s*["'`]/g, "");
  let seen = 0;
  for (const { code, messages } of ENTRIES) {
    for (const message of messages) {
      const pieces = piecesOf(message);
      assert.ok(pieces.join("").length >= 12, `${code}: "${message}" says too little`);
      if (said.some((line) => patternOf(message).test(line))) {
        seen += 1;
        continue;
      }
      for (const piece of pieces) {
        assert.ok(source.includes(piece), `${code}: no text has "${piece}", as in "${message}"`);
      }
    }
  }
  assert.ok(seen >= 60, `the transcripts show only ${seen} of them`);
});
