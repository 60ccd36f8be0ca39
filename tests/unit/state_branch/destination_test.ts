/** Where the state may go, with real remotes of a real clone. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { loadConfig } from "../../../src/config/load.ts";
import { type Destination, findDestination } from "../../../src/state_branch/destination.ts";
import { Git } from "../../../src/state_branch/git.ts";
import { Trust } from "../../../src/trust/trust.ts";
import { addTrust } from "../../../src/trust/trust_file.ts";
import type { Claim } from "../../../src/trust/claim.ts";
import { git } from "../../harness/git_server.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const noGit = spawnSync("git", ["--version"]).error !== undefined;

interface Case {
  readonly when: string;
  readonly remotes: readonly string[];
  /** The text of the repository's config.yaml. */
  readonly repository?: string;
  /** The text of the person's own config.yaml. */
  readonly person?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly [key: "state_remote" | "state_branch", value: string][];
  readonly confirmed?: readonly Claim[];
  readonly checkedOut?: string;
  /** `remote NAME`, `none`, `refused CODE: PART OF THE MESSAGE`, `unconfirmed kind value, …` */
  readonly expected: string;
}

const PLACE = "https://git.example.com/team/state.git";

const CASES: readonly Case[] = [
  { when: "origin by default", remotes: ["origin"], expected: "remote origin" },
  { when: "origin among others", remotes: ["a", "origin", "z"], expected: "remote origin" },
  { when: "the only one by default", remotes: ["upstream"], expected: "remote upstream" },
  { when: "there is none", remotes: [], expected: "none" },
  {
    when: "nothing is named, and none of two is origin",
    remotes: ["a", "b"],
    expected: 'refused remote_unknown: this clone has no remote "origin".*it has "a", "b"',
  },
  {
    when: "the file names origin",
    remotes: ["origin", "b"],
    repository: "state_remote: origin",
    expected: "remote origin",
  },
  {
    when: "the file names the only one",
    remotes: ["b"],
    repository: "state_remote: b",
    expected: "remote b",
  },
  {
    when: "the file names another one",
    remotes: ["origin", "b"],
    repository: "state_remote: b",
    expected: "unconfirmed state_remote b",
  },
  {
    when: "a person has confirmed it",
    remotes: ["origin", "b"],
    repository: "state_remote: b",
    confirmed: [{ kind: "state_remote", value: "b" }],
    expected: "remote b",
  },
  {
    when: "a person has confirmed another value",
    remotes: ["origin", "b", "c"],
    repository: "state_remote: b",
    confirmed: [{ kind: "state_remote", value: "c" }, { kind: "state_branch", value: "b" }],
    expected: "unconfirmed state_remote b",
  },
  {
    when: "the file names one that is not there",
    remotes: ["origin"],
    repository: "state_remote: private",
    expected: 'refused remote_unknown: no remote "private".*it has "origin"',
  },
  {
    when: "the person's own file names one that is not there",
    remotes: ["origin", "b"],
    person: "state_remote: private",
    expected: 'refused remote_unknown: no remote "private".*it has "b", "origin"',
  },
  {
    when: "a variable names one that is not there, without any",
    remotes: [],
    env: { ORCHESTRATOR_STATE_REMOTE: "private" },
    expected: 'refused remote_unknown: no remote "private".*it has no remotes',
  },
  {
    when: "the person's own file names another one",
    remotes: ["origin", "b"],
    person: "state_remote: b",
    expected: "remote b",
  },
  {
    when: "a variable names another one",
    remotes: ["origin", "b"],
    repository: "state_remote: origin",
    env: { ORCHESTRATOR_STATE_REMOTE: "b" },
    expected: "remote b",
  },
  {
    when: "the command line names another one",
    remotes: ["origin", "b"],
    repository: "state_remote: origin",
    flags: [["state_remote", "b"]],
    expected: "remote b",
  },
  {
    when: "the file names a URL",
    remotes: ["origin"],
    repository: `state_remote: ${PLACE}`,
    expected: `unconfirmed state_remote ${PLACE}`,
  },
  {
    when: "a person has confirmed the URL",
    remotes: [],
    repository: `state_remote: ${PLACE}`,
    confirmed: [{ kind: "state_remote", value: PLACE }],
    expected: `remote ${PLACE}`,
  },
  {
    when: "a variable names a URL, with a token",
    remotes: ["origin"],
    env: { ORCHESTRATOR_STATE_REMOTE: "https://token@git.example.com/x.git" },
    expected: "remote https://token@git.example.com/x.git",
  },
  {
    when: "the file names a URL with a token",
    remotes: ["origin"],
    repository: "state_remote: https://token@git.example.com/x.git",
    expected: "refused config_invalid: contains credentials",
  },
  {
    when: "the file names something that runs a command",
    remotes: ["origin"],
    repository: 'state_remote: "ext::sh -c touch% /tmp/x"',
    expected: "refused config_invalid: state_remote",
  },
  {
    when: "the file names an option",
    remotes: ["origin"],
    repository: "state_remote: --upload-pack=x",
    expected: "refused config_invalid: state_remote",
  },
  {
    when: "the file names the path of a repository",
    remotes: ["origin"],
    repository: "state_remote: /srv/other.git",
    expected: "refused remote_unknown: no remote",
  },
  {
    when: "the file cannot be read: it may have named a private place",
    remotes: ["origin"],
    repository: "state_remote: [",
    expected: "refused config_invalid: config.yaml",
  },
  {
    when: "the file is broken, but a variable says it",
    remotes: ["origin"],
    repository: "state_remote: [",
    env: {
      ORCHESTRATOR_STATE_REMOTE: "origin",
      ORCHESTRATOR_STATE_BRANCH: "orchestrator-state-x",
    },
    expected: "remote origin",
  },
  {
    when: "the file names a branch of our naming",
    remotes: ["origin"],
    repository: "state_branch: team/orchestrator-state-shared",
    expected: "remote origin",
  },
  {
    when: "the file names another branch",
    remotes: ["origin"],
    repository: "state_branch: notes/<repo-id>",
    expected: "unconfirmed state_branch notes/<repo-id>",
  },
  {
    when: "a variable names another branch",
    remotes: ["origin"],
    env: { ORCHESTRATOR_STATE_BRANCH: "notes" },
    expected: "remote origin",
  },
  {
    when: "the file names another remote and another branch",
    remotes: ["origin", "b"],
    repository: "state_remote: b\nstate_branch: notes",
    expected: "unconfirmed state_remote b, state_branch notes",
  },
  {
    when: "one of two is confirmed",
    remotes: ["origin", "b"],
    repository: "state_remote: b\nstate_branch: notes",
    confirmed: [{ kind: "state_remote", value: "b" }],
    expected: "unconfirmed state_branch notes",
  },
  ...["main", "master", "trunk", "develop", "gh-pages", "release/1.0", "Main", "HEAD"].map((
    name,
  ): Case => ({
    when: `a variable names ${name}, confirmed or not`,
    remotes: ["origin"],
    env: { ORCHESTRATOR_STATE_BRANCH: name },
    confirmed: [{ kind: "state_branch", value: name }],
    expected: `refused branch_refused: branch "${name}"`,
  })),
  {
    when: "the branch is checked out",
    remotes: ["origin"],
    repository: "state_branch: topic",
    confirmed: [{ kind: "state_branch", value: "topic" }],
    checkedOut: "topic",
    expected: 'refused branch_refused: branch "topic".*checked out',
  },
  {
    when: "the branch of our naming is checked out",
    remotes: ["origin"],
    checkedOut: "orchestrator-state-abc",
    expected: "refused branch_refused: checked out",
  },
];

async function find(scratch: Scratch, given: Case): Promise<Destination> {
  git(scratch.root, "init", "--quiet");
  for (const name of given.remotes) {
    git(scratch.root, "remote", "add", name, `https://example.com/${name}`);
  }
  const env = { ...scratchEnvironment(scratch), ...given.env };
  const own = `${scratch.home}/config.yaml`;
  if (given.person !== undefined) Deno.writeTextFileSync(own, given.person);
  if (given.repository !== undefined) scratch.write("config.yaml", given.repository);
  const trust = new Trust({ env, home: scratch.home }, scratch.root);
  for (const claim of given.confirmed ?? []) {
    const entry = { ...claim, repository: trust.repository, when: "2026-01-01T00:00:00.000Z" };
    await addTrust(trust.path, entry, {
      actor: { kind: "person", name: "anna" },
      operation: "test",
      timeoutMs: 1000,
    });
  }
  const opened = await Git.open(scratch.root, env, 1000);
  assert.ok(opened !== null);
  return await findDestination({
    git: opened,
    config: await loadConfig({
      files: [
        { layer: "global", path: own, shown: "~/config.yaml", old: false },
        { layer: "repository", path: scratch.path("config.yaml"), shown: "config.yaml" },
      ],
      env: given.env ?? {},
      flags: (given.flags ?? []).map(([key, value]) => ({ key, value, flag: "--set" })),
    }),
    trust,
    repositoryId: "abc",
    checkedOut: given.checkedOut ?? "main",
  });
}

for (const given of CASES) {
  Deno.test({
    name: `destination: ${given.when}`,
    ignore: noGit,
    fn: async () => {
      using scratch = new Scratch();
      const found = await find(scratch, given);
      if (found.kind === "refused") {
        const { code, message } = found.error;
        assert.match(`refused ${code}: ${message}`, asPattern(given.expected));
      } else if (found.kind === "unconfirmed") {
        const claims = found.claims.map(({ kind, value }) => `${kind} ${value}`).join(", ");
        assert.equal(`unconfirmed ${claims}`, given.expected);
      } else {
        assert.equal(found.kind === "none" ? "none" : `remote ${found.remote}`, given.expected);
      }
    },
  });
}

/** `refused CODE: PART` as a pattern in which anything may stand before the part. */
function asPattern(expected: string): RegExp {
  const [code = "", part = ""] = expected.split(": ");
  return new RegExp(`^${code}: .*${part}`);
}
