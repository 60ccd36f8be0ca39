/** The page that says where the roadmap's lines are tested names what exists. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { COMMANDS } from "../../../src/cli/table.ts";

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
