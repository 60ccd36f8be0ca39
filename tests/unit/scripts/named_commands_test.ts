/**
 * Every command that the documentation names exists, with the options that it is given there. Blocks
 * that are run prove it by themselves; this is about the others, and about words in the text.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pagesOf } from "../../../scripts/docs_pages.ts";
import type { CommandSpec } from "../../../src/cli/command.ts";
import { findCommand, GLOBAL_OPTIONS } from "../../../src/cli/parse.ts";
import { COMMANDS } from "../../../src/cli/table.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../../..");

/** What people read: not the notes for those who work on it. */
const PAGES = [
  "README.md",
  "SECURITY.md",
  ...pagesOf(ROOT, "docs").filter((page) => !page.startsWith("docs/design/")),
  ...pagesOf(ROOT, "examples"),
];

/** Command lines in text and in blocks of shell commands, without `orchestrator`. */
function commandLines(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```(?:sh|console)\n(?<text>.*?)^```$/gms)]
    .flatMap(({ groups }) => (groups?.["text"] ?? "").split("\n"))
    .map((line) => line.replace(/^\$ /, "").replace(/(?:^|\s)#.*$/, ""));
  const inline = [...page.replaceAll(/^```.*?^```$/gms, "").matchAll(/`(?<code>[^`]+)`/g)]
    .map(({ groups }) => (groups?.["code"] ?? "").replaceAll("\n", " "));
  return [...blocks, ...inline].flatMap((text) =>
    // Texts in quotes may hold anything.
    [
      ...text.replaceAll(/"[^"]*"|'[^']*'/g, "TEXT")
        .matchAll(/(?:^|[;&|(] *|=\S+ )orchestrator (?<line>[a-z][^;&|)]*)/g),
    ]
      .map(({ groups }) => groups?.["line"] ?? "")
  );
}

function commandOf(line: string): CommandSpec | undefined {
  const words = line.split(/\s+/);
  return [3, 2, 1].map((count) => findCommand(words.slice(0, count), COMMANDS))
    .find((spec) => spec !== undefined);
}

/** Options of a line that its command has not. */
function unknownOptions(line: string, { options = [] }: CommandSpec): readonly string[] {
  const names = new Set([...options, ...GLOBAL_OPTIONS].map(({ name }) => `--${name}`));
  // What follows a bare -- belongs to another program.
  const own = line.split(/\s--\s/)[0] ?? "";
  return [...own.matchAll(/(?<=\s)--[a-z-]+/g)].map(([name]) => name)
    .filter((name) => !names.has(name));
}

Deno.test("the documentation names only commands and options that exist", () => {
  const wrong: string[] = [];
  let lines = 0;
  for (const page of PAGES) {
    for (const line of commandLines(readFileSync(join(ROOT, page), "utf8"))) {
      if (/^(?:help|…)/.test(line)) continue;
      lines += 1;
      const spec = commandOf(line);
      if (spec === undefined) wrong.push(`${page}: there is no command "${line}"`);
      else wrong.push(...unknownOptions(line, spec).map((name) => `${page}: ${name} in "${line}"`));
    }
  }
  assert.ok(lines > 300, `only ${lines} command lines were found`);
  assert.deepEqual(wrong, []);
});

Deno.test("a command and an option that do not exist are found", () => {
  const page = "Run `orchestrator stauts` or `orchestrator status --fast`.\n\n```sh\n" +
    'true && orchestrator complete x --notes "a --b" --no-pager --prove  # --why\n```\n';
  const found = commandLines(page).map((line) => {
    const spec = commandOf(line);
    return spec === undefined ? "none" : unknownOptions(line, spec).join(" ");
  });
  assert.deepEqual(found, ["--prove", "none", "--fast"]);
});
