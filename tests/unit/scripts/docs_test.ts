import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { regenerate } from "../../../scripts/docs.ts";
import { DOCUMENTS } from "../../../scripts/docs_blocks.ts";
import { brokenLinks, type Files, unreachable } from "../../../scripts/docs_pages.ts";
import { MUTANTS } from "../../mutants/table.ts";

const page = (content: string) =>
  `# Title\n\n<!-- generated: a -->\n${content}<!-- end generated -->\n\nText.\n`;

Deno.test("a generated part is replaced, all else stays", () => {
  const once = regenerate(page("old\n"), { a: () => "new" });
  assert.deepEqual(once, { text: page("\nnew\n\n"), problems: [] });
  assert.deepEqual(regenerate(once.text, { a: () => "new" }), once);
});

Deno.test("a part that is missing, and one that nothing makes, are told", () => {
  const { text, problems } = regenerate(page("old\n"), { b: () => "new" });
  assert.equal(text, page("old\n"));
  assert.deepEqual(problems, ['nothing generates "a"', 'the part "b" is missing']);
});

/** Documents that exist only in a test. */
function documents(texts: Readonly<Record<string, string>>): Files {
  return { read: (path) => texts[path] ?? "", has: (path) => path in texts || path === "docs" };
}

Deno.test("links are followed to files and headings, not out of code and not into the net", () => {
  const page = `# One & two

[a](../README.md) [b](gone.md) [c](#one--two) [d](#three) [e](https://example.com) [f](../README.md#x)
[g](../README.md#top) [h](../../outside.md) \`[i](in-code.md)\` [j](#one--two-1)

[k]: gone-too.md

<img src="picture.svg">

## One & two

\`\`\`md
[l](also-gone.md)
\`\`\`
`;
  const files = documents({ "docs/page.md": page, "README.md": "# Top\n" });
  assert.deepEqual(
    brokenLinks(["docs/page.md"], files).map((problem) => problem.split(" ")[4]),
    ["gone.md", "#three", "../README.md#x", "../../outside.md", "gone-too.md", "picture.svg"],
  );
});

Deno.test("a page is reachable when a chain of links leads to it", () => {
  const texts = {
    "README.md": "[a](docs/a.md) \`[c](docs/c.md)\` [design](docs/design)",
    "docs/a.md": "[b](b.md#there)",
    "docs/b.md": "[back](../README.md)",
    "docs/c.md": "[a](a.md)",
    "docs/design/README.md": "[d](d.md)",
    "docs/design/d.md": "",
  };
  assert.deepEqual(unreachable(Object.keys(texts), "README.md", documents(texts)), ["docs/c.md"]);
});

Deno.test("there are as many faults as the README says", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const said = /Over (?<count>\d+) faults/.exec(readme)?.groups?.["count"];
  assert.ok(MUTANTS.length > Number(said), `${MUTANTS.length} faults, and the README says ${said}`);
});

Deno.test("what is generated says something", () => {
  for (const blocks of Object.values(DOCUMENTS)) {
    for (const [name, make] of Object.entries(blocks)) {
      const text = make();
      assert.ok(text.length > 40, name);
      assert.doesNotMatch(text, /undefined|\[object/, name);
    }
  }
});
