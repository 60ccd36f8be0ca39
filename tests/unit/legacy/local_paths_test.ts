import assert from "node:assert/strict";
import { LocalPaths, withSettings } from "../../../src/legacy/local_paths.ts";

const RAW = { metadata: { workflow_yaml_path: "/home/mina/almanac/workflow.yaml" } };

const CASES = [
  ["/home/mina/almanac/notes/a.md", undefined, "notes/a.md"],
  ["/home/mina/almanac/workflow.yaml", undefined, "workflow.yaml"],
  ["/home/mina/almanac", undefined, "."],
  ["/home/mina/almanac-2/a.md", undefined, "a.md"],
  ["/home/mina/almanac/../secret/a.md", undefined, "a.md"],
  ["/srv/now/docs/b.md", undefined, "docs/b.md"],
  ["/elsewhere/deep/c.md", undefined, "c.md"],
  ["/elsewhere/deep/", undefined, "deep"],
  ["/elsewhere/docs/c.md", "docs/c.md", "docs/c.md"],
  ["/elsewhere/docs/c.md", "./docs/c.md", "docs/c.md"],
  ["/elsewhere/xdocs/c.md", "docs/c.md", "c.md"],
  ["/elsewhere/a/../c.md", "../c.md", "c.md"],
  ["C:\\almanac\\docs\\d.md", undefined, "docs/d.md"],
  ["C:\\almanac\\docs\\d.md", "docs\\d.md", "docs/d.md"],
  ["C:\\almanac\\docs\\d.md", "docs/d.md", "docs/d.md"],
  ["\\\\server\\share\\e.md", undefined, "e.md"],
  ["docs/f.md", undefined, "docs/f.md"],
  ["odd\\name.md", undefined, "odd\\name.md"],
  ["", undefined, ""],
] as const;

for (const [path, expected, result] of CASES) {
  Deno.test(`LocalPaths: ${JSON.stringify(path)} (asked: ${expected}) becomes ${result}`, () => {
    assert.equal(new LocalPaths(RAW, "/srv/now").relative(path, expected), result);
  });
}

Deno.test("LocalPaths: a definition at the top of the file system is no reason to keep a path", () => {
  for (const path of ["/workflow.yaml", "C:\\workflow.yaml", "workflow.yaml"]) {
    const paths = new LocalPaths({ metadata: { workflow_yaml_path: path } });
    assert.equal(paths.relative("/home/mina/a.md"), "a.md");
    assert.equal(paths.relative("C:\\users\\mina\\a.md"), "a.md");
  }
  assert.equal(new LocalPaths({}).relative("/a/b"), "b");
});

Deno.test("LocalPaths: paths of Windows below the old root become relative", () => {
  const paths = new LocalPaths({ metadata: { workflow_yaml_path: "D:\\almanac\\workflow.yaml" } });
  assert.equal(paths.relative("D:\\almanac\\docs\\a.md"), "docs/a.md");
});

Deno.test("LocalPaths: a path in another clone keeps its whole part below the root", () => {
  const paths = new LocalPaths({}, "/srv/work/almanac");
  assert.equal(paths.relative("/home/ubuntu/almanac/docs/plans/a.md"), "docs/plans/a.md");
  assert.equal(paths.relative("/home/ubuntu/almanac-2/docs/a.md"), "a.md");
  assert.equal(paths.relative("/home/ubuntu/almanac"), "almanac");
  assert.equal(paths.relative("/home/ubuntu/almanac/../b/a.md"), "a.md");
});

Deno.test("LocalPaths.scrub changes path fields at any depth and nothing else", () => {
  const paths = new LocalPaths(RAW);
  assert.deepEqual(
    paths.scrub({
      path: "/home/mina/almanac/a",
      list: [{ worktree_path: "/tmp/tree", other: "/tmp/tree" }],
      prd_file: 7,
      ["__proto__"]: null,
    }),
    {
      path: "a",
      list: [{ worktree_path: "tree", other: "/tmp/tree" }],
      prd_file: 7,
      ["__proto__"]: null,
    },
  );
});

Deno.test("withSettings replaces what is set and plain, and leaves the rest", () => {
  const settings = { docs: "docs", n: 3, on: true, list: [1] };
  const text = "{{docs}}/{{n}}/{{on}}/{{list}}/{{gone}}/{{constructor}}/{{ docs }}";
  assert.equal(
    withSettings(text, settings),
    "docs/3/true/{{list}}/{{gone}}/{{constructor}}/{{ docs }}",
  );
});
