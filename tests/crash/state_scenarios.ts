/**
 * Scenarios of the commands that carry state from one machine to another.
 * @module
 */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { leftovers, type Repository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";

const WORKFLOW = `name: carry
phases:
  - id: ONLY
    name: Only
    items:
      - { id: plain, name: Nothing to prove, required: false }
`;

async function started(repository: Repository): Promise<void> {
  // The objects of these repositories lie elsewhere; git finds them there in its own way too.
  const { HOME } = repository.environment();
  repository.write(".git/objects/info/alternates", `${HOME}/objects\n`);
  repository.write("workflow.yaml", WORKFLOW);
  await repository.must("start", "Survive", "--name", "main");
}

/** A linked worktree. */
const tree = ".git/wt";

/** What the state directory is, and what it was. */
const state = (repository: Repository) => join(repository.root, ".orchestrator");
const aside = (repository: Repository) => join(repository.root, "..", "aside");

/** A snapshot of a session, and no state any more. */
async function exported(repository: Repository): Promise<void> {
  await started(repository);
  await repository.must("snapshot", "export", "-o", "state.tar.gz");
  rmSync(state(repository), { recursive: true });
}

/** Files that are no session's, by name in the state directory. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  "archive/.workflow_sessions/One two.jsonl": "of the old tool\n",
  "archive/.workflow_sessions/three.jsonl": "",
  "prd/state.json": "{}",
  "secrets/API_KEY": "s3cr3t-v4lue",
  "removed/abcdefghijk23.jsonl": '{"of":"another machine"}\n',
};

const IDENTITY = "identity.txt";

/** An encrypted snapshot with files of every kind, and no state any more. */
async function exportedWhole(repository: Repository): Promise<void> {
  await started(repository);
  for (const [name, text] of Object.entries(OTHER_FILES)) {
    repository.write(`.orchestrator/${name}`, text);
  }
  const identity = await generateX25519Identity();
  repository.write(IDENTITY, `${identity}\n`);
  const to = ["--recipient", await identityToRecipient(identity)];
  await repository.must("snapshot", "export", "-o", "state.age", "--include-secrets", ...to);
  rmSync(state(repository), { recursive: true });
}

const IMPORT_WHOLE = ["snapshot", "import", "state.age", "--identity", IDENTITY];

/** All files have arrived, whole, and nothing unfinished lies beside them. */
function otherFilesAreThere(repository: Repository): Promise<readonly string[]> {
  const problems = Object.entries(OTHER_FILES).flatMap(([name, text]) => {
    const path = join(state(repository), name);
    const read = existsSync(path) ? readFileSync(path, "utf8") : "nothing";
    return read === text ? [] : [`${name} is ${JSON.stringify(read)}`];
  });
  const left = leftovers(repository.root).map((path) => `the import left ${path} behind`);
  return Promise.resolve([...problems, ...left]);
}

/** A snapshot that goes on where the session here ends. */
async function behind(repository: Repository): Promise<void> {
  await started(repository);
  cpSync(state(repository), aside(repository), { recursive: true, preserveTimestamps: true });
  await repository.must("note", "later");
  await repository.must("snapshot", "export", "-o", "state.tar.gz");
  rmSync(state(repository), { recursive: true });
  cpSync(aside(repository), state(repository), { recursive: true, preserveTimestamps: true });
  rmSync(aside(repository), { recursive: true });
}

/** The server lies in `.git`, where it is no part of the work tree and of every copy. */
export const SERVER = ".git/server.git";

/** A clone beside a server that has its state. */
async function withServer(repository: Repository): Promise<void> {
  await started(repository);
  await repository.spawn("git", ["init", "--quiet", "--bare", "--template=", SERVER]);
  await repository.spawn("git", ["remote", "add", "origin", `./${SERVER}`]);
  await repository.must("state", "push");
}

/** A clone that has more of its session than the server. */
export async function aheadOfServer(repository: Repository): Promise<void> {
  await withServer(repository);
  await repository.must("note", "later");
}

/** A clone that has less of its session than the server. */
export async function behindServer(repository: Repository): Promise<void> {
  await withServer(repository);
  cpSync(state(repository), aside(repository), { recursive: true, preserveTimestamps: true });
  await repository.must("note", "later");
  await repository.must("state", "push");
  rmSync(state(repository), { recursive: true });
  cpSync(aside(repository), state(repository), { recursive: true, preserveTimestamps: true });
  rmSync(aside(repository), { recursive: true });
}

/** Texts of the notes that two machines have made of one session, each acknowledged. */
const WAYS = ["what was done here", "what was done there"] as const;

/** A clone whose session another machine has gone on with, and pushed, in another way. */
async function wentTwoWays(repository: Repository): Promise<void> {
  await withServer(repository);
  const other = repository.copyTo(aside(repository));
  await other.spawn("git", ["remote", "set-url", "origin", join(repository.root, SERVER)]);
  await other.must("note", WAYS[1]);
  await other.must("state", "push");
  rmSync(aside(repository), { recursive: true });
  await repository.must("note", WAYS[0]);
}

/** The same, and a snapshot of what the session was here before the last note. */
async function wentTwoWaysWithSnapshot(repository: Repository): Promise<void> {
  await wentTwoWays(repository);
  await repository.must("snapshot", "export", "-o", "state.tar.gz");
  await repository.must("note", "not in the snapshot");
}

/** Commands that list the sessions, or read one by its name, see a complete copy of it. */
async function readsWhole(repository: Repository): Promise<readonly string[]> {
  const problems: string[] = [];
  for (
    const command of [
      ["session", "list"],
      ["session", "show", "main"],
      ["status", "--session", "main"],
      ["log", "--session", "main"],
      ["log", "verify", "--all"],
    ]
  ) {
    const { code, stdout, stderr } = await repository.run([...command, "--json"]);
    const seen = code === 0 && stdout.includes('"main"') || command[0] === "log" && code === 0;
    if (!seen) problems.push(`${command.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  }
  return problems;
}

/** After a pull and a push the server has every event that any machine was told is safe. */
async function bothWaysOnServer(repository: Repository): Promise<readonly string[]> {
  const pulled = await repository.run(["state", "pull"]);
  if (pulled.code !== 0) return [`state pull ended with ${pulled.code}: ${pulled.stderr}`];
  const problems = [...await pushesOn(repository)];
  for (const text of WAYS) {
    const { code, stderr } = await repository.spawn("git", [
      ...["-C", SERVER, "grep", "--quiet", "--fixed-strings", text],
      (await repository.spawn("git", [
        ...["-C", SERVER, "for-each-ref", "--format=%(objectname)", "refs/heads/orchestrator-*"],
      ])).stdout.trim(),
    ]);
    if (code !== 0) problems.push(`the server has nothing of ${text}: ${stderr}`);
  }
  return problems;
}

/** A clone that was just made: all it has is a server. */
export async function freshClone(repository: Repository): Promise<void> {
  await aheadOfServer(repository);
  await repository.must("state", "push");
  rmSync(state(repository), { recursive: true });
  for (const path of ["refs/orchestrator", "orchestrator"]) {
    rmSync(join(repository.root, ".git", path), { recursive: true });
  }
}

/** A tag that looks like an abbreviated commit: what commits are called is known to the run only. */
const FIRST = "f1f1f1";

/** Two commits on the branch, of which the second has a note more. */
async function twoCommits(repository: Repository): Promise<void> {
  await started(repository);
  await repository.must("state", "push");
  await repository.spawn("git", ["update-ref", `refs/tags/${FIRST}`, await onlyRef(repository)]);
  await repository.must("note", "later");
  await repository.must("state", "push");
}

async function onlyRef(repository: Repository): Promise<string> {
  return (await repository.git("for-each-ref", "--format=%(objectname)", "refs/orchestrator/state"))
    .trim();
}

/** Three sessions in a snapshot, of which one is here and is behind. */
async function several(repository: Repository): Promise<void> {
  await started(repository);
  cpSync(state(repository), aside(repository), { recursive: true, preserveTimestamps: true });
  await repository.must("note", "later");
  for (const name of ["second", "third"]) await repository.must("start", name, "--name", name);
  await repository.must("session", "use", "main");
  await repository.must("snapshot", "export", "-o", "state.tar.gz");
  rmSync(state(repository), { recursive: true });
  cpSync(aside(repository), state(repository), { recursive: true, preserveTimestamps: true });
  rmSync(aside(repository), { recursive: true });
}

/** A snapshot of a session that went another way here. */
async function diverged(repository: Repository): Promise<void> {
  await behind(repository);
  await repository.must("note", "another way");
}

/** All of a snapshot is there or nothing of it is. */
async function allOrNone(repository: Repository): Promise<readonly string[]> {
  const { code, stdout, stderr } = await repository.run(["session", "list", "--json"]);
  if (code !== 0) return [`session list ended with ${code}: ${stderr}`];
  const { data } = JSON.parse(stdout) as { data: { sessions: readonly { name: string }[] } };
  const names = data.sessions.map(({ name }) => name).sort();
  return ["main", "main second third"].includes(names.join(" "))
    ? []
    : [`afterwards there are the sessions ${names.join(", ")}`];
}

/** The same import, once more, leaves nothing among the backups that is not one. */
async function replacesAgain(repository: Repository): Promise<readonly string[]> {
  const again = await repository.run(["snapshot", "import", "state.tar.gz", "--replace"]);
  if (again.code !== 0) return [`the same import ended with ${again.code}: ${again.stderr}`];
  return leftovers(repository.root).map((path) => `the same import left ${path} behind`);
}

/** The next push brings the server all that is here, and no repository is damaged. */
export async function pushesOn(repository: Repository): Promise<readonly string[]> {
  const problems: string[] = [];
  const pushed = await repository.run(["state", "push", "--json"]);
  if (pushed.code !== 0) return [`state push ended with ${pushed.code}: ${pushed.stderr}`];
  const { data } = JSON.parse(pushed.stdout) as { data: { commit: string; safe: boolean } };
  if (!data.safe) problems.push(`after state push the state is not safe: ${pushed.stdout}`);
  const server = ["-C", SERVER];
  const { stdout } = await repository.spawn("git", [
    ...server,
    "for-each-ref",
    "--format=%(objectname)",
    "refs/heads/orchestrator-state-*",
  ]);
  if (stdout.trim() !== data.commit) problems.push(`the server has ${stdout}, not ${data.commit}`);
  for (const where of [[], server]) {
    const checked = await repository.spawn("git", [...where, "fsck", "--no-progress"]);
    if (checked.code !== 0) problems.push(`git fsck ended with ${checked.code}: ${checked.stderr}`);
  }
  return problems;
}

/** What `status` shows of the session when it has `seq` events: all but the first are notes. */
function standingOf(session: string, seq: number): string {
  return JSON.stringify({
    session,
    seq,
    name: "main",
    phase: "ONLY",
    status: "active",
    progress: { done: 0, total: 1 },
    items: ["plain pending"],
    noteCount: seq - 1,
  });
}

/** What needs a project and leaves its sessions as they are. */
const NOTE = ["note", "Afterwards", "--session", "main"];

export const STATE_SCENARIOS: readonly Scenario[] = [
  {
    name: "snapshot import into a clone without state",
    command: "snapshot import",
    prepare: exported,
    argv: ["snapshot", "import", "state.tar.gz"],
    next: ["snapshot", "import", "state.tar.gz"],
  },
  {
    name: "snapshot import of files of every kind",
    command: "snapshot import",
    prepare: exportedWhole,
    argv: IMPORT_WHOLE,
    next: IMPORT_WHOLE,
    afterwards: otherFilesAreThere,
  },
  {
    name: "snapshot import of what goes on",
    command: "snapshot import",
    prepare: behind,
    argv: ["snapshot", "import", "state.tar.gz"],
  },
  {
    name: "state push without a server",
    command: "state push",
    prepare: started,
    argv: ["state", "push"],
    next: NOTE,
  },
  {
    name: "snapshot import of several sessions",
    command: "snapshot import",
    prepare: several,
    argv: ["snapshot", "import", "state.tar.gz"],
    afterwards: allOrNone,
  },
  {
    name: "snapshot import in place of what went another way",
    command: "snapshot import",
    prepare: diverged,
    argv: ["snapshot", "import", "state.tar.gz", "--replace"],
    replaces: true,
    check: readsWhole,
    afterwards: replacesAgain,
  },
  {
    name: "state push to a server",
    command: "state push",
    prepare: aheadOfServer,
    argv: ["state", "push"],
    next: NOTE,
    inGit: true,
    afterwards: pushesOn,
  },
  {
    name: "state pull",
    command: "state pull",
    prepare: behindServer,
    argv: ["state", "pull"],
    inGit: true,
    afterwards: pushesOn,
  },
  {
    name: "state pull of a session that went two ways",
    command: "state pull",
    prepare: wentTwoWays,
    argv: ["state", "pull"],
    next: NOTE,
    diverges: true,
    inGit: true,
    check: readsWhole,
    afterwards: bothWaysOnServer,
  },
  {
    name: "state push of a session that went two ways",
    command: "state push",
    prepare: wentTwoWays,
    argv: ["state", "push"],
    next: NOTE,
    diverges: true,
    inGit: true,
    check: readsWhole,
    afterwards: bothWaysOnServer,
  },
  {
    name: "snapshot import in place of a session that went two ways",
    command: "snapshot import",
    prepare: wentTwoWaysWithSnapshot,
    argv: ["snapshot", "import", "state.tar.gz", "--replace"],
    next: NOTE,
    replaces: true,
    inGit: true,
    check: readsWhole,
    afterwards: bothWaysOnServer,
  },
  {
    name: "the first change in a fresh clone",
    command: "state pull",
    prepare: freshClone,
    argv: ["note", "Moved in"],
    env: { ORCHESTRATOR_WEB_MODE: "true" },
    otherEvents: [["session_started", "note_added"]],
    // Without web mode what is here is shown: a project, then its sessions, then the current one.
    otherStandings: ["exit 4: no_session", standingOf("<new>", 2)],
    inGit: true,
    afterwards: pushesOn,
  },
  {
    name: "state restore of an older commit",
    command: "state restore",
    prepare: twoCommits,
    argv: ["state", "restore", FIRST],
    inGit: true,
  },
  {
    name: "state compact against a server",
    command: "state compact",
    prepare: aheadOfServer,
    argv: ["state", "compact", "--yes"],
    next: NOTE,
    inGit: true,
    afterwards: pushesOn,
  },
  {
    name: "state restore of a commit that is not there",
    command: "state restore",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("state", "push");
    },
    argv: ["state", "restore", "0000"],
    code: 4,
    next: NOTE,
  },
  {
    name: "state adopt",
    command: "state adopt",
    prepare: async (repository) => {
      await started(repository);
      // By relative paths, so that copies of the repository are whole; where it is not looked for.
      repository.write(".git/worktrees/wt/commondir", "../..\n");
      repository.write(".git/worktrees/wt/gitdir", "../../wt/.git\n");
      repository.write(".git/worktrees/wt/HEAD", "ref: refs/heads/wt\n");
      repository.write(`${tree}/.git`, "gitdir: ../worktrees/wt\n");
      repository.write(`${tree}/workflow.yaml`, WORKFLOW);
      const own = { ORCHESTRATOR_STATE_HOME: "worktree" };
      const argv = ["start", "From before", "--name", "before", "--root", tree];
      const { code, stderr } = await repository.run(argv, own);
      if (code !== 0) throw new Error(stderr);
    },
    argv: ["state", "adopt", "--root", tree],
    next: ["note", "More", "--session", "main"],
    // What was stopped in between is finished by the same command.
    afterwards: async (repository) => {
      const { code, stderr } = await repository.run(["state", "adopt", "--root", tree]);
      if (code !== 0) return [`adopting again ended with ${code}: ${stderr}`];
      const found = await repository.run(["status", "--session", "before"]);
      return found.code === 0 ? [] : [`the adopted session is not there: ${found.stderr}`];
    },
  },
  {
    name: "state compact",
    command: "state compact",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("state", "push");
    },
    argv: ["state", "compact", "--yes"],
    next: NOTE,
  },
];
