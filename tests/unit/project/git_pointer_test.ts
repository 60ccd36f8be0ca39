/** Broken `.git` files, and every reader of them: none follows one, none throws, none waits. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { gitBranch } from "../../../src/project/git_branch.ts";
import { adminDirectory } from "../../../src/project/git_files.ts";
import { checkedOut, gitHead } from "../../../src/project/git_head.ts";
import { gitDirectory, gitRemote } from "../../../src/project/git_remote.ts";
import { rootRecord } from "../../../src/work_tree/root.ts";
import { Scratch } from "../../harness/scratch.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** A repository's directory beside the project, made by hand. */
function repository(scratch: Scratch): string {
  const git = join(scratch.top, "gd");
  mkdirSync(join(git, "refs/heads"), { recursive: true });
  mkdirSync(join(git, "objects"));
  writeFileSync(join(git, "HEAD"), "ref: refs/heads/topic\n");
  writeFileSync(join(git, "refs/heads/topic"), `${COMMIT}\n`);
  writeFileSync(join(git, "config"), '[remote "origin"]\n\turl = https://example.com/a.git\n');
  return git;
}

/** Whether each reader finds the repository. */
function found(root: string): Readonly<Record<string, boolean>> {
  const admin = () => {
    try {
      return adminDirectory(join(root, ".git"));
    } catch (error) {
      // It tells an error from nothing; a directory is never made of one.
      assert.ok(error instanceof OrchestratorError, String(error));
      return null;
    }
  };
  return {
    branch: gitBranch(root) === "topic",
    head: gitHead(root) === COMMIT,
    checkedOut: checkedOut(root)?.branch === "topic",
    remote: gitRemote(root) === "https://example.com/a.git",
    directory: gitDirectory(root) !== null,
    record: rootRecord(root, "lineage").repository !== undefined,
    admin: admin() !== null,
  };
}

const READERS = ["branch", "head", "checkedOut", "remote", "directory", "record", "admin"];
const ALL = Object.fromEntries(READERS.map((name) => [name, true]));
const NONE = Object.fromEntries(READERS.map((name) => [name, false]));

/** A `.git` that leads to the repository. */
const WHOLE: Readonly<Record<string, (git: string) => string>> = {
  "an absolute path": (git) => `gitdir: ${git}\n`,
  "a relative path": () => "gitdir: ../gd\n",
  "a carriage return": () => "gitdir: ../gd\r\n",
  "no line feed": () => "gitdir: ../gd",
};

for (const [name, text] of Object.entries(WHOLE)) {
  Deno.test(`.git file that all readers follow: ${name}`, () => {
    using scratch = new Scratch();
    scratch.write(".git", text(repository(scratch)));
    assert.deepEqual(found(scratch.root), ALL);
  });
}

/** A `.git` that leads nowhere: what makes it. `admin` may name a path without looking at it. */
const BROKEN: Readonly<Record<string, (path: string, scratch: Scratch) => void>> = {
  "empty": (path) => writeFileSync(path, ""),
  "only the word": (path) => writeFileSync(path, "gitdir:\n"),
  "another text": (path) => writeFileSync(path, "hello\n"),
  "the word on a later line": (path) => writeFileSync(path, "hello\ngitdir: ../gd\n"),
  "a second line": (path) => writeFileSync(path, "gitdir: ../gd\nmore\n"),
  "two million bytes": (path) => {
    writeFileSync(path, "gitdir: ../gd\n");
    truncateSync(path, 2_000_000);
  },
  "a line of two million bytes": (path) =>
    writeFileSync(path, `gitdir: ${"a".repeat(2_000_000)}\n`),
};

/** The same, for readers that look at what is there: the path is one, but no repository is at it. */
const ASTRAY: typeof BROKEN = {
  "nothing there": (path) => writeFileSync(path, "gitdir: ../nothing\n"),
  "a file": (path, { top }) => {
    writeFileSync(join(top, "file"), "");
    writeFileSync(path, "gitdir: ../file\n");
  },
  "itself": (path) => writeFileSync(path, "gitdir: .git\n"),
  "a device": (path) => writeFileSync(path, "gitdir: /dev/zero\n"),
  "a path of 5000 characters": (path) => writeFileSync(path, `gitdir: ${"a/".repeat(2500)}\n`),
};

/** The same, that some systems cannot make. */
const LINKED: typeof BROKEN = isWindows ? {} : {
  "a link to itself": (path) => symlinkSync(".git", path),
  "two links in a circle": (path, { root }) => {
    symlinkSync("other", path);
    symlinkSync(".git", join(root, "other"));
  },
  "a device in its place": (path) => symlinkSync("/dev/zero", path),
  "a pipe": (path) => assert.equal(spawnSync("mkfifo", [path]).status, 0),
};

for (const [name, make] of Object.entries({ ...BROKEN, ...ASTRAY, ...LINKED })) {
  Deno.test(`.git file that no reader follows: ${name}`, () => {
    using scratch = new Scratch();
    repository(scratch);
    make(scratch.path(".git"), scratch);
    const { admin, ...others } = found(scratch.root);
    const { admin: _, ...none } = NONE;
    assert.deepEqual(others, none);
    if (!(name in ASTRAY)) assert.equal(admin, false);
  });
}

Deno.test("a commondir that leads nowhere: no reader takes another directory for the shared one", () => {
  using scratch = new Scratch();
  const git = repository(scratch);
  scratch.write(".git", "gitdir: ../gd\n");
  for (const text of ["../nothing\n", "HEAD\n", `${"a".repeat(100_000)}`]) {
    writeFileSync(join(git, "commondir"), text);
    const { head, remote, directory, record } = found(scratch.root);
    assert.deepEqual(
      { head, remote, directory, record },
      text.length > 70_000
        // What is too large is as if it were not there.
        ? { head: true, remote: true, directory: true, record: true }
        : { head: false, remote: false, directory: false, record: false },
    );
  }
  rmSync(join(git, "commondir"));
  assert.deepEqual(found(scratch.root), ALL);
});
