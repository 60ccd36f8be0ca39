/**
 * What a program does with state that a newer one wrote: it says so, with exit code 8, and writes
 * nothing.
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { git } from "../harness/git_server.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { must } from "./continuing.ts";
import { BRANCH_PLACES, PLACES, raiseOnServer, raiseSnapshot, stateBranchOf } from "./newer.ts";
import type { Thawed } from "./thaw.ts";

/** Unpacks an archive of the version that is tested against. */
export type Thaw = (archive: string) => Thawed;

/** Exit code of `format_too_new`. */
const TOO_NEW = 8;

/** Changes of a session. */
const CHANGES: readonly (readonly string[])[] = [
  ["note", "Not for me", "--session", "login"],
  ["complete", "implement", "--session", "login"],
  ["session", "end", "login", "--reason", "Not for me either"],
];

const RESTORE = ["checkpoint", "restore", "cp1", "--yes", "--session", "login"];

/** In addition where the repository itself is newer. */
const REPOSITORY_CHANGES: readonly (readonly string[])[] = [
  RESTORE,
  ["session", "remove", "mistake", "--yes"],
  ["start", "Not for me"],
  ["init", "--portable"],
  ["snapshot", "import", "../snapshot.tar.gz"],
  ["state", "push"],
  ["state", "pull"],
];

/** What every program refuses. */
export const REFUSED: Readonly<Record<string, (thaw: Thaw) => Promise<void>>> = {
  "a repository whose meta.json is newer": async (thaw) => {
    using thawed = thaw("normal");
    await must(thawed.repository(), ["snapshot", "export", "-o", "../snapshot.tar.gz"]);
    PLACES["meta.json"](thawed.repository());
    for (const argv of [...CHANGES, ...REPOSITORY_CHANGES]) {
      await requireRefused(thawed, "project", argv);
    }
  },
  "a session whose journal is newer": async (thaw) => {
    using thawed = thaw("normal");
    PLACES["a journal"](thawed.repository());
    for (const argv of CHANGES) await requireRefused(thawed, "project", argv);
  },
  "a session whose state.json is newer": async (thaw) => {
    using thawed = thaw("normal");
    PLACES["state.json"](thawed.repository());
    for (const argv of CHANGES) await requireRefused(thawed, "project", argv);
  },
  "a snapshot that is newer": async (thaw) => {
    using thawed = thaw("snapshots");
    const at = (name: string) => join(thawed.folder, name);
    await raiseSnapshot(at("plain.tar.gz"), at("newer.tar.gz"));
    thawed.create("empty");
    for (const project of ["behind", "empty"]) {
      await requireRefused(thawed, project, ["snapshot", "import", "../newer.tar.gz", "--replace"]);
    }
  },
  "a state branch that is newer, from a fresh clone": async (thaw) => {
    using thawed = thaw("state_branch");
    raiseOnServer(thawed.folder, BRANCH_PLACES["meta.json"]);
    git(thawed.folder, "clone", "--quiet", "server.git", "fresh");
    await requireRefused(thawed, "fresh", ["state", "pull"], ["fresh/.git"]);
  },
};

/** What is refused, or said to be newer, by programs later than 0.1.0. */
export const REFUSED_SINCE: Readonly<Record<string, (thaw: Thaw) => Promise<void>>> = {
  "to restore a checkpoint of a session whose journal is newer": async (thaw) => {
    using thawed = thaw("normal");
    PLACES["a journal"](thawed.repository());
    await requireRefused(thawed, "project", RESTORE);
  },
  "a state branch that is newer, from clones that know it": async (thaw) => {
    using thawed = thaw("state_branch");
    raiseOnServer(thawed.folder, BRANCH_PLACES["meta.json"]);
    for (const project of ["project", "sandbox"]) {
      for (const argv of [["state", "pull"], ["state", "push"], ["state", "compact", "--yes"]]) {
        // What was fetched lies in git's directory.
        await requireRefused(thawed, project, argv, [`${project}/.git`]);
      }
    }
  },
};

/** What every program leaves on a state branch as it is. */
export const KEPT: Readonly<Record<string, (thaw: Thaw) => Promise<void>>> = {
  "meta.json of a state branch that is newer": async (thaw) => {
    using thawed = thaw("state_branch");
    raiseOnServer(thawed.folder, BRANCH_PLACES["meta.json"]);
    await requireKept(thawed, /^(meta\.json|sessions\/.*\/log\.jsonl)$/);
  },
  "journals of a state branch that are newer": async (thaw) => {
    using thawed = thaw("state_branch");
    raiseOnServer(thawed.folder, BRANCH_PLACES["a journal"]);
    await requireKept(thawed, /^sessions\//, /99/);
  },
  "files of a state branch that a newer program put there": async (thaw) => {
    using thawed = thaw("state_branch");
    raiseOnServer(thawed.folder, BRANCH_PLACES["another file"]);
    await requireKept(thawed, /^(tombstones|sessions\/.*\/proofs)\//);
  },
};

/** A command ends with exit code 8, and nothing in the folder has changed but what locks say. */
export async function requireRefused(
  thawed: Thawed,
  project: string,
  argv: readonly string[],
  without: readonly string[] = [],
): Promise<void> {
  const before = readTree(thawed.folder, { without });
  const ended = await thawed.repository(project).run(argv);
  const said = `${argv.join(" ")} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`;
  assert.equal(ended.code, TOO_NEW, said);
  assert.match(ended.stderr, /^hint: Use (?:a|the) newer /m, said);
  const changes = compareTrees(before, readTree(thawed.folder, { without }));
  assert.deepEqual(changes.filter((change) => !change.endsWith("/lock")), [], said);
}

/** Whatever both clones push, files of the server's whose names and contents fit stay. */
async function requireKept(thawed: Thawed, names: RegExp, contents = /^/): Promise<void> {
  const bare = join(thawed.folder, "server.git");
  const branch = stateBranchOf(bare);
  const onServer = () => {
    const found = new Map<string, string>();
    for (const line of git(bare, "ls-tree", "-r", branch).split("\n")) {
      const [described = "", name = ""] = line.split("\t");
      if (names.test(name)) found.set(name, described.split(" ")[2] ?? "");
    }
    return found;
  };
  const before = [...onServer()].filter(([, oid]) => contents.test(git(bare, "show", oid)));
  assert.ok(before.length > 0);
  for (const project of ["project", "sandbox"]) {
    for (const argv of [["state", "push"], ["state", "pull"], ["state", "compact", "--yes"]]) {
      await thawed.repository(project).run(argv);
      const after = onServer();
      for (const [name, oid] of before) {
        if (!after.has(name)) assert.fail(`${argv.join(" ")} in ${project}: ${name} is gone`);
        // A journal that is no newer may go on.
        if (contents.source === "^" && name.endsWith("/log.jsonl")) continue;
        assert.equal(after.get(name), oid, `${argv.join(" ")} in ${project}: ${name}`);
      }
    }
  }
}
