/**
 * Repositories of the old tool, as its versions really wrote them: reading them changes nothing, and
 * the first change imports them and leaves every old file as it is.
 */
import assert from "node:assert/strict";
import { chmodSync, cpSync } from "node:fs";
import { oldProjects } from "../harness/old_projects.ts";
import { type Result, runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { compareTrees, readTree, type Tree } from "../harness/tree.ts";

/** Commands that only look. */
const READERS: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--json"],
  ["session", "list"],
  ["session", "list", "--json"],
  ["session", "show"],
  ["log"],
  ["log", "--json"],
  ["log", "verify", "--all"],
  ["checkpoint", "list"],
  ["handoff"],
  ["generate-md"],
];

/** Fixtures of which no workflow can be read, and why. */
const UNREADABLE: Readonly<Record<string, RegExp>> = {
  "empty-state": /it is empty/,
  "truncated-state": /it is incomplete/,
  // Where the checkout has no links, it is a file that holds a name.
  "symlinked-state": /symbolic link/,
};

for (const { name, root } of oldProjects) {
  Deno.test({
    name: `old layout ${name}: reading changes nothing`,
    fn: async () => {
      using scratch = copyOf(root);
      const before = readTree(scratch.top);
      for (const argv of READERS) {
        const result = await run(scratch, argv);
        assert.deepEqual(compareTrees(before, readTree(scratch.top)), [], argv.join(" "));
        assert.notEqual(result.code, 70, `${argv.join(" ")}: ${result.stderr}`);
      }
      const status = await run(scratch, ["status"]);
      const unreadable = UNREADABLE[name];
      if (unreadable !== undefined) {
        assert.equal(status.code, 8);
        assert.match(status.stderr, unreadable);
      } else if (status.code === 0) {
        assert.match(status.stdout, /old layout, G\d/, "an old workflow is marked as one");
      } else {
        assert.equal(status.code, 4, status.stderr);
      }
    },
  });

  Deno.test({
    name: `old layout ${name}: the first change imports it`,
    fn: async () => {
      using scratch = copyOf(root);
      const shown = await run(scratch, ["status", "--json"]);
      const before = oldFiles(scratch);
      const noted = await run(scratch, ["note", "Going on"]);
      assert.deepEqual(
        compareTrees(before, oldFiles(scratch)).filter((change) => !change.startsWith("added ")),
        [],
        "the old files stay byte for byte",
      );
      if (shown.code !== 0) {
        assert.equal(noted.code, shown.code, noted.stderr);
        return;
      }
      const old = dataOf(shown);
      if (old["active"] !== true) {
        assert.equal(noted.code, 7, "an old workflow that is over is not moved");
        return;
      }
      assert.equal(noted.code, 0, noted.stderr);
      assert.match(noted.stderr, /was imported as session/);
      const now = dataOf(await run(scratch, ["status", "--json"]));
      for (
        const field of ["session", "task", "phase", "progress", "phases", "items", "constraints"]
      ) {
        assert.deepEqual(now[field], old[field], `${field} is as it was`);
      }
      const again = await run(scratch, ["note", "And on"]);
      assert.equal(again.code, 0, again.stderr);
      assert.doesNotMatch(again.stderr, /was imported/);
      const verified = await run(scratch, ["log", "verify", "--all"]);
      assert.equal(verified.code, 0, verified.stderr);
      const log = await run(scratch, ["log"]);
      assert.match(log.stdout, /note: Going on/);
    },
  });
}

function copyOf(root: string): Scratch {
  const scratch = new Scratch();
  cpSync(root, scratch.root, { recursive: true, verbatimSymlinks: true });
  chmodSync(scratch.root, 0o755);
  return scratch;
}

/** All but what the new layout adds. */
function oldFiles(scratch: Scratch): Tree {
  const tree = readTree(scratch.root, { times: false });
  return new Map([...tree].filter(([, what]) => !what.startsWith("directory")));
}

async function run(scratch: Scratch, argv: readonly string[]): Promise<Result> {
  return await runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch) });
}

function dataOf(result: Result): Readonly<Record<string, unknown>> {
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout).data;
}
