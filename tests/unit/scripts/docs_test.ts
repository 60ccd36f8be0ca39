import assert from "node:assert/strict";
import { brokenLinks, regenerate } from "../../../scripts/docs.ts";
import { DOCUMENTS } from "../../../scripts/docs_blocks.ts";

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

Deno.test("links are followed to files and headings, not out of code and not into the net", () => {
  const text = `# One & two

[a](README.md) [b](gone.md) [c](#one--two) [d](#three) [e](https://example.com) [f](README.md#x)

\`\`\`md
[g](also-gone.md)
\`\`\`
`;
  assert.deepEqual(brokenLinks(text, (path) => path === "README.md"), ["gone.md", "#three"]);
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
