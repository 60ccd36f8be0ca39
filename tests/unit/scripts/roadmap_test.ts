/** The page that says where the roadmap's lines are tested names what exists. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { GLOBAL_OPTIONS } from "../../../src/cli/parse.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { CONFIG_KEY_NAMES } from "../../../src/config/keys.ts";

const PAGE = new URL("../../../docs/design/roadmap.md", import.meta.url);

/** The rows of the section's tables, without their heads: cells, trimmed. */
function rows(): readonly (readonly string[])[] {
  const text = readFileSync(PAGE, "utf8");
  const from = text.indexOf("## What the roadmap asks to be tested and shown");
  assert.ok(from >= 0, "the section is there");
  const section = text.slice(from).split("\n## ", 1)[0] ?? "";
  return section.split("\n").filter((line) =>
    line.startsWith("| ") && !/^\| (?:-|the roadmap|metric)/.test(line)
  )
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("every line of the roadmap's test strategy and every metric has a row", () => {
  const names = rows().map(([name]) => name ?? "");
  for (const kind of ["unit", "integration", "platforms", "regression"]) {
    const lines = names.filter((name) => name.startsWith(`${kind}: `));
    assert.equal(lines.length, kind === "unit" || kind === "integration" ? 4 : 3, kind);
  }
  assert.equal(rows().filter((cells) => cells.length === 3).length, 7);
});

Deno.test("every test that a row names exists and has tests in it", () => {
  for (const cells of rows()) {
    const links = [...(cells.at(-1) ?? "").matchAll(/\]\(([^)]+)\)/g)].map(([, path]) =>
      path ?? ""
    );
    assert.ok(links.length > 0, cells[0]);
    for (const link of links) {
      const file = new URL(link, PAGE);
      assert.ok(statSync(file).isFile(), link);
      if (!link.endsWith("_test.ts")) continue;
      assert.match(
        readFileSync(file, "utf8"),
        /\b(?:Deno\.test|slowTest|test|storageSuite|\w+[sS]uite)\(/,
        link,
      );
    }
  }
});

Deno.test("every command that shows a metric is one", () => {
  const known = new Set(COMMANDS.map(({ path }) => path));
  for (const [name, shown] of rows().filter((cells) => cells.length === 3)) {
    const commands = [...(shown ?? "").matchAll(/`orchestrator ([^`]+)`/g)].map(([, text]) =>
      text ?? ""
    );
    for (const text of commands) {
      const words = text.split(" ");
      assert.ok(
        known.has(words[0] ?? "") || known.has(words.slice(0, 2).join(" ")),
        `${name}: ${text}`,
      );
    }
    assert.match(shown ?? "", /`/, name);
  }
});

/** Words of the page in backquotes that are a command line of this program. */
function commandLines(): readonly string[] {
  return [...readFileSync(PAGE, "utf8").matchAll(/`orchestrator ([^`]+)`/g)].map(([, text]) =>
    text ?? ""
  );
}

/** What is wrong with a command line: no such command, option or configuration key; null if nothing. */
function problemOf(line: string): string | null {
  const words = line.split(" ");
  const spec = COMMANDS.filter(({ path }) => line === path || line.startsWith(`${path} `))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (spec === undefined) return `${line}: no such command`;
  const options = [...GLOBAL_OPTIONS, ...spec.options ?? []].map(({ name }) => `--${name}`);
  const rest = words.slice(spec.path.split(" ").length);
  const unknown = rest.find((word) => word.startsWith("-") && !options.includes(word));
  if (unknown !== undefined) return `${line}: no option ${unknown}`;
  const key = /^config (?:set|get|unset)$/.test(spec.path) ? rest[0] : undefined;
  const keys: readonly string[] = CONFIG_KEY_NAMES;
  return key === undefined || keys.includes(key) ? null : `${line}: no key ${key}`;
}

Deno.test("every command, option and key that the page names exists", () => {
  const lines = commandLines();
  assert.ok(lines.length > 60);
  assert.deepEqual(lines.map(problemOf).filter((problem) => problem !== null), []);
  assert.match(problemOf("migrate --dry") ?? "", /no option --dry/);
  assert.match(problemOf("immigrate") ?? "", /no such command/);
  assert.match(problemOf("config get collor") ?? "", /no key/);
});

Deno.test("no requirement is missing, and each row says where it is or why it is not", () => {
  const found = readFileSync(PAGE, "utf8").matchAll(
    /^\| R(?<number>\d+) +\| (?<asked>[^|]+) \| (?<here>[^|]+) \|$/gm,
  );
  const requirements = [...found].map(({ groups }) => ({
    number: Number(groups?.["number"]),
    here: groups?.["here"] ?? "",
  }));
  assert.deepEqual(
    requirements.map(({ number }) => number),
    Array.from({ length: 59 }, (_, index) => index + 1),
  );
  const silent = requirements.filter(({ here }) => here.trim().length < 6);
  assert.deepEqual(silent, []);
});

/** What the roadmap wants, by what each part of it has in the page: a row may be added, none lost. */
const PARTS: Readonly<Record<string, number>> = {
  "Consensus of the reviews": 15,
  "Phase 1: foundation": 23,
  "Phase 2: migration tools": 13,
  "Phase 3: configuration and secrets": 7,
  "Phase 4: web": 10,
  "Phase 5: clean-up": 6,
  "Code specifications": 4,
  "Edge cases": 7,
  "Deferred by the roadmap": 5,
};

Deno.test("every part of the roadmap has its rows, and each says something", () => {
  const text = readFileSync(PAGE, "utf8");
  for (const [title, count] of Object.entries(PARTS)) {
    const section = text.split(`\n## ${title}\n`)[1]?.split("\n## ", 1)[0] ?? "";
    const cells = section.split("\n").filter((line) => /^\| (?!-|the roadmap says)/.test(line))
      .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
    assert.ok(cells.length >= count, `${title}: ${cells.length} rows of ${count}`);
    assert.deepEqual(cells.filter((row) => row.length !== 2 || row.includes("")), [], title);
  }
});

Deno.test("what is planned is named as such, and nothing that is planned exists", () => {
  const text = readFileSync(PAGE, "utf8");
  assert.ok(text.includes("\n## Planned\n"));
  const exists = (path: string) => COMMANDS.some((spec) => spec.path === path);
  assert.equal(
    exists("workflow upgrade") || exists("template list"),
    false,
    "the page says planned",
  );
  const init = COMMANDS.find(({ path }) => path === "init");
  assert.equal(init?.options?.some(({ name }) => name === "template"), false);
});
