import assert from "node:assert/strict";
import { bump, treeProblems } from "../../../scripts/bump.ts";
import { git } from "../../harness/git_server.ts";
import { Scratch } from "../../harness/scratch.ts";

const FILES = {
  "deno.json": '{\n  "name": "x",\n  "version": "0.1.0",\n  "imports": { "y": "npm:y@0.1.0" }\n}\n',
  "src/version.ts": 'export const VERSION = "0.1.0";\n',
  "CHANGELOG.md":
    "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- This\n\n## [0.1.0] - 2026-11-01\n\n- That\n",
};

function repository(files: Readonly<Record<string, string>> = {}): Scratch {
  const scratch = new Scratch({ ...FILES, ...files });
  git(scratch.root, "init", "--quiet", "--initial-branch=main");
  git(scratch.root, "config", "user.name", "Anna");
  git(scratch.root, "config", "user.email", "anna@example.com");
  git(scratch.root, "add", ".");
  git(scratch.root, "commit", "--quiet", "-m", "all");
  return scratch;
}

const DATE = "2026-11-26";

Deno.test("a bump sets the version everywhere, closes the section, commits and tags", () => {
  using scratch = repository();
  const { root } = scratch;
  assert.deepEqual(bump({ root, version: "0.2.0", date: DATE }), []);
  assert.equal(scratch.read("deno.json"), FILES["deno.json"].replace('"0.1.0"', '"0.2.0"'));
  assert.equal(scratch.read("src/version.ts"), 'export const VERSION = "0.2.0";\n');
  assert.match(
    scratch.read("CHANGELOG.md"),
    /^## \[Unreleased\]\n\n## \[0\.2\.0\] - 2026-11-26\n\n### Added\n\n- This\n\n## \[0\.1\.0\]/m,
  );
  assert.equal(git(root, "status", "--porcelain"), "");
  assert.equal(git(root, "describe"), "v0.2.0");
  assert.equal(git(root, "cat-file", "-t", "v0.2.0"), "tag");
  assert.deepEqual(treeProblems(root, "v0.2.0"), []);
  assert.deepEqual(treeProblems(root, "v0.3.0"), ["the tag is v0.3.0, the version 0.2.0"]);
  // Nothing has been written down since.
  assert.match(bump({ root, version: "0.3.0", date: DATE }).join(), /says nothing below/);
});

Deno.test("a bump refuses a tree that has changes or does not agree with itself", () => {
  const changelog = (from: string, to: string) => ({
    "CHANGELOG.md": FILES["CHANGELOG.md"].replace(from, to),
  });
  const cases: readonly (readonly [Readonly<Record<string, string>>, string, RegExp])[] = [
    [{ "src/version.ts": 'export const VERSION = "0.1.1";\n' }, "0.2.0", /deno\.json says version/],
    [changelog("## [Unreleased]", "## Soon"), "0.2.0", /has no heading/],
    [changelog("- This\n", ""), "0.2.0", /says nothing below/],
    [changelog("\n### Added\n\n- This\n", ""), "0.2.0", /says nothing below/],
    [changelog("[0.1.0] - 2026-11-01", "[0.0.9] - 2026-11-01"), "0.2.0", /newest version in/],
    [changelog("- That", "- That\n\n## [0.3.0] - 2025-01-01"), "0.2.0", /not in order/],
    [{}, "0.1.0", /does not come after/],
    [{}, "0.0.9", /does not come after/],
    [{}, "1.0", /not a version/],
  ];
  for (const [files, version, says] of cases) {
    using scratch = repository(files);
    const head = git(scratch.root, "rev-parse", "HEAD");
    const problems = bump({ root: scratch.root, version, date: DATE });
    assert.match(problems.join("; "), says);
    assert.equal(git(scratch.root, "rev-parse", "HEAD"), head);
    assert.equal(git(scratch.root, "status", "--porcelain"), "");
    assert.equal(git(scratch.root, "tag"), "");
  }
  using dirty = repository();
  dirty.write("new.txt", "x");
  assert.match(bump({ root: dirty.root, version: "0.2.0", date: DATE }).join(), /has changes/);
  using tagged = repository();
  git(tagged.root, "tag", "v0.2.0");
  assert.match(bump({ root: tagged.root, version: "0.2.0", date: DATE }).join(), /a tag v0\.2\.0/);
});
