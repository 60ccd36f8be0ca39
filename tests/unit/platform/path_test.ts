import assert from "node:assert/strict";
import { foreignSlashes, rulesOf } from "../../../src/platform/foreign_path.ts";
import { partBelow, type PathRules, slashes } from "../../../src/platform/path.ts";

Deno.test("partBelow: what is below a folder, by the rules of each system", () => {
  const cases:
    readonly (readonly [PathRules, folder: string, path: string, part: string | null])[] = [
      ["posix", "/a/b", "/a/b", ""],
      ["posix", "/a/b", "/a/b/c/d", "c/d"],
      ["posix", "/a/b/", "/a/b/c", "c"],
      ["posix", "/a/b", "/a/bc", null],
      ["posix", "/a/b", "/a", null],
      ["posix", "/", "/a/b", "a/b"],
      ["posix", "/", "/", ""],
      ["posix", "/", "a", null],
      // Letters of a name, and another folder.
      ["posix", "/a", "/a\\b", null],
      ["posix", "/a", "/a/b\\c", "b\\c"],
      ["posix", "/A", "/a/b", null],
      ["windows", "C:\\a\\b", "C:\\a\\b\\c\\d", "c/d"],
      ["windows", "C:\\a\\b", "C:\\a\\b/c\\d", "c/d"],
      ["windows", "C:/a/b", "C:\\a\\b\\c", "c"],
      ["windows", "C:\\a\\b/.state", "C:\\a\\b\\.state\\x", "x"],
      ["windows", "c:\\A\\Größe", "C:\\a\\GRÖßE\\C", "C"],
      ["windows", "C:\\a\\b", "C:\\a\\bc", null],
      ["windows", "C:\\a", "D:\\a\\b", null],
      ["windows", "C:\\", "C:\\a", "a"],
      ["windows", "C:\\a", "C:/a", ""],
      ["windows", "\\\\server\\share", "\\\\SERVER\\share\\a", "a"],
      ["windows", "\\\\?\\C:\\a", "C:\\a\\b", "b"],
      ["windows", "C:\\a", "\\\\?\\C:\\a\\b", "b"],
    ];
  for (const [rules, folder, path, part] of cases) {
    assert.equal(partBelow(folder, path, rules), part, `${rules}: ${path} in ${folder}`);
  }
});

Deno.test("slashes: a backslash separates on Windows only", () => {
  assert.equal(slashes("a\\b/c", "windows"), "a/b/c");
  assert.equal(slashes("a\\b/c", "posix"), "a\\b/c");
});

Deno.test("a path of another machine tells by its form whose it is", () => {
  for (const path of ["C:\\a\\b", "c:/a", "\\\\server\\share"]) {
    assert.equal(rulesOf(path), "windows");
  }
  for (const path of ["/a\\b", "a\\b", "c:a", "a"]) assert.equal(rulesOf(path), "posix");
  assert.equal(foreignSlashes("C:\\a\\b"), "C:/a/b");
  assert.equal(foreignSlashes("/a\\b"), "/a\\b");
});
