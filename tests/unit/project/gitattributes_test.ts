import assert from "node:assert/strict";
import { gitattributesFor, gitattributesText } from "../../../src/project/gitattributes.ts";

Deno.test("gitattributes: a file that says what it must stays as it is", () => {
  const text = gitattributesText();
  for (const present of [text, `${text}*.md text\n`, text.replaceAll("\n", "\r\n")]) {
    assert.equal(gitattributesFor(present), present);
  }
  // The comment line is not required.
  const bare = text.split("\n").slice(1).join("\n");
  assert.equal(gitattributesFor(bare), bare);
});

Deno.test("gitattributes: a file that is missing or empty is rewritten", () => {
  for (const present of [null, "", "\n"]) {
    assert.equal(gitattributesFor(present), gitattributesText());
  }
});

Deno.test("gitattributes: missing lines come in front of a person's own, which win", () => {
  const own = "# mine\n/prd/* text";
  const text = gitattributesFor(own);
  assert.equal(text, `${gitattributesText()}${own}`);
  const part = gitattributesFor("* -text\n/prd/* text\n");
  assert.equal(part, `${gitattributesText()}/prd/* text\n`);
});
