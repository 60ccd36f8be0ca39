/**
 * The repositories that are kept of every version: one recipe each.
 * @module
 */
import { appendFileSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Repository } from "../crash/repository.ts";
import { type Choice, cutOff } from "./cut_off.ts";
import {
  makeSecrets,
  makeSessions,
  OLD_WORKFLOW,
  oldLog,
  writeOldSessions,
  writeScattered,
} from "./sessions.ts";

/** A folder for one recipe, and the program it is made with. */
export class Kitchen {
  readonly folder: string;
  readonly executable: string;

  constructor(folder: string, executable: string) {
    this.folder = folder;
    this.executable = executable;
  }

  /** A repository in the folder; it need not be there yet. */
  repository(name = "project"): Repository {
    return new Repository(join(this.folder, name), this.executable, join(this.folder, "home"));
  }

  /** A new git repository in the folder. */
  async create(name = "project"): Promise<Repository> {
    const repository = this.repository(name);
    Deno.mkdirSync(repository.root);
    await git(repository, "init", "--quiet", "--template=", "--initial-branch=main");
    await identify(repository);
    return repository;
  }
}

/** How one repository of a version is made. */
export interface Recipe {
  /** The archive's name. */
  readonly name: string;
  readonly what: string;
  /** Folders of the archive that are projects, whose facts are kept. */
  readonly projects: readonly string[];
  /**
   * Changes that finish or undo what was cut off, and leave the facts as they are; the facts are those
   * behind them. Default: none.
   */
  readonly settle?: readonly (readonly string[])[];
  readonly make: (kitchen: Kitchen) => Promise<void>;
}

/** Password of encrypted snapshots. */
export const PASSWORD = "correct horse battery staple";

async function git(repository: Repository, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await repository.spawn("git", args);
  if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${stderr}`);
}

async function identify(repository: Repository): Promise<void> {
  await git(repository, "config", "user.name", "Anna");
  await git(repository, "config", "user.email", "anna@example.com");
  await git(repository, "config", "gc.auto", "0");
}

/** A clone of the server, which lies beside it wherever both are. */
async function cloneOf(server: Repository, clone: Repository): Promise<void> {
  await git(server, "clone", "--quiet", "../server.git", clone.root);
  await git(clone, "remote", "set-url", "origin", "../server.git");
  await identify(clone);
}

async function commitAll(repository: Repository): Promise<void> {
  await git(repository, "add", "--all");
  await git(repository, "commit", "--quiet", "--allow-empty", "--message", "All there is");
}

/** Sessions of every kind, one made of an old workflow among them. */
async function lived(kitchen: Kitchen, ...init: readonly string[]): Promise<Repository> {
  const repository = await kitchen.create();
  if (init.length > 0) await repository.must("init", ...init);
  const old = await kitchen.create("old");
  writeScattered(old);
  await makeSessions(repository);
  await repository.must("import-legacy", "../old", "--name", "imported");
  await repository.must("session", "use", "login");
  rmSync(old.root, { recursive: true });
  return repository;
}

/** A server beside the repository. */
async function serve(repository: Repository): Promise<void> {
  await commitAll(repository);
  const options = ["--quiet", "--bare", "--template=", "--initial-branch=main"];
  await git(repository, "init", ...options, "../server.git");
  await git(repository, "remote", "add", "origin", "../server.git");
  await git(repository, "push", "--quiet", "origin", "main");
}

async function normal(kitchen: Kitchen): Promise<void> {
  const repository = await lived(kitchen);
  await makeSecrets(repository);
  // Its own state of two events ago, taken instead of what is here now.
  await repository.must("snapshot", "export", "--session", "zero", "-o", "../zero.tar.gz");
  await repository.must("note", "Replaced", "--session", "zero");
  await repository.must("snapshot", "import", "../zero.tar.gz", "--replace");
  rmSync(join(kitchen.folder, "zero.tar.gz"));
  await commitAll(repository);
}

async function portable(kitchen: Kitchen): Promise<void> {
  const repository = await lived(kitchen, "--portable");
  await makeSecrets(repository);
  await commitAll(repository);
}

/** A server, the laptop that pushed, and a sandbox that knows less and has gone on. */
async function stateBranch(kitchen: Kitchen): Promise<void> {
  const laptop = await lived(kitchen);
  await serve(laptop);
  await laptop.must("start", "Removed again", "--name", "removed");
  await laptop.must("session", "end", "removed", "--reason", "Started by mistake");
  await laptop.must("session", "use", "login");
  await laptop.must("state", "push");
  await laptop.must("session", "remove", "removed", "--yes");
  const sandbox = kitchen.repository("sandbox");
  await cloneOf(laptop, sandbox);
  await sandbox.must("state", "pull");
  await laptop.must("note", "Only the laptop has it", "--session", "login");
  await laptop.must("state", "push");
  // What went two ways is kept twice.
  await sandbox.must("note", "Only the sandbox has it", "--session", "login");
  await sandbox.must("state", "push");
  await laptop.must("state", "pull");
  await sandbox.must("start", "Only on the server", "--name", "far");
  await sandbox.must("state", "push");
  // Neither of these is on the server.
  await sandbox.must("note", "Not pushed yet", "--session", "zero");
  await laptop.must("start", "Not pushed yet", "--name", "unpushed");
}

/** Snapshots of every form, and a project that is behind them. */
async function snapshots(kitchen: Kitchen): Promise<void> {
  const repository = await lived(kitchen);
  await makeSecrets(repository);
  cpSync(repository.root, join(kitchen.folder, "behind"), {
    recursive: true,
    preserveTimestamps: true,
  });
  await repository.must("note", "The last before the snapshot", "--session", "login");
  const password = { ORCHESTRATOR_SNAPSHOT_PASSWORD: PASSWORD };
  for (
    const [file, ...options] of [
      ["plain.tar.gz"],
      ["one_session.tar.gz", "--session", "login"],
      ["armored.txt", "--armor"],
      ["password.tar.gz.age", "--encrypt"],
      ["secrets.tar.gz.age", "--encrypt", "--include-secrets"],
    ] as const
  ) {
    const argv = ["snapshot", "export", "-o", `../${file}`, ...options];
    const { code, stderr } = await repository.run(argv, password);
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stderr}`);
  }
}

async function migrated(kitchen: Kitchen): Promise<void> {
  const repository = await kitchen.create();
  writeScattered(repository);
  await repository.must("migrate", "--yes");
  await repository.must("note", "Moved over");
}

async function migratedSessions(kitchen: Kitchen): Promise<void> {
  const repository = await kitchen.create();
  writeOldSessions(repository);
  await repository.must("migrate", "--yes");
}

/** An old log so long that its line of the journal is larger than any other. */
async function longHistory(kitchen: Kitchen): Promise<void> {
  const repository = await kitchen.create();
  writeScattered(repository);
  repository.write(".workflow_log.jsonl", oldLog(40_000));
  await repository.must("import-legacy", ".", "--workflow", OLD_WORKFLOW, "--name", "long");
  await repository.must("note", "Behind a long line", "--session", "long");
  for (const name of [".workflow_log.jsonl", ".workflow_process_feedback.jsonl"]) {
    rmSync(join(repository.root, name));
  }
}

/** The first of the changing calls that `signature` fits. */
function at(signature: RegExp): Choice {
  return (changing) => changing.find((target) => signature.test(target.signature));
}

/** Where a session is gone and the one that replaces it is about to appear. */
const replacing: Choice = (changing) => {
  const gone = changing.findIndex(({ signature }) => /^rename\(.*\.removed-\*\)$/.test(signature));
  return changing.slice(gone + 1).find(({ signature }) =>
    /^rename\(.*\/sessions\/\.staging-\*, .*<id>\)$/.test(signature)
  );
};

/** A command of moving over, or going back, that was cut off. */
function midMigration(
  name: string,
  what: string,
  { write, before = [], argv, choose }: {
    readonly write: (repository: Repository) => void;
    readonly before?: readonly (readonly string[])[];
    readonly argv: readonly string[];
    readonly choose: Choice;
  },
): Recipe {
  return {
    name,
    what,
    projects: ["project"],
    settle: [["init"]],
    make: async (kitchen) => {
      const repository = await kitchen.create();
      write(repository);
      for (const each of before) await repository.must(...each);
      await cutOff(repository, argv, choose);
    },
  };
}

/** An import that was cut off: of its sessions two are new, one goes on, one is replaced. */
function midImport(name: string, what: string, choose: Choice): Recipe {
  return {
    name,
    what,
    projects: ["project"],
    settle: [["session", "use", "imported"], ["session", "use", "login"]],
    make: async (kitchen) => {
      const repository = await lived(kitchen);
      const before = kitchen.repository("before");
      repository.copyTo(before.root);
      await repository.must("note", "Later", "--session", "zero");
      await repository.must("note", "One way", "--session", "login");
      await repository.must("snapshot", "export", "-o", "../snapshot.tar.gz");
      rmSync(repository.root, { recursive: true });
      before.copyTo(repository.root);
      rmSync(before.root, { recursive: true });
      await repository.must("note", "Another way", "--session", "login");
      await repository.must("session", "remove", "--ended", "--all", "--yes");
      await cutOff(repository, ["snapshot", "import", "../snapshot.tar.gz", "--replace"], choose);
    },
  };
}

/** A clone whose pull was cut off while a session that went two ways was replaced. */
async function midPull(kitchen: Kitchen): Promise<void> {
  const laptop = await lived(kitchen);
  await serve(laptop);
  await laptop.must("state", "push");
  const sandbox = kitchen.repository("sandbox");
  await cloneOf(laptop, sandbox);
  await sandbox.must("state", "pull");
  // Both have pushed, so that what is gone here may look as if it had been removed.
  await sandbox.must("state", "push");
  await sandbox.must("note", "Only the sandbox has it", "--session", "login");
  await laptop.must("note", "Only the laptop has it", "--session", "login");
  await laptop.must("state", "push");
  await cutOff(sandbox, ["state", "pull"], replacing);
}

/** What a power cut leaves of an append, and a process that died of a replacement. */
async function torn(kitchen: Kitchen): Promise<void> {
  const repository = await lived(kitchen);
  await cutOff(
    repository,
    ["note", "On the disk, but nobody was told", "--session", "login"],
    at(/^rename\(.*, .*state\.json\)$/),
  );
  const { session } = await repository.must("status", "--session", "zero");
  const journal = join(repository.root, ".orchestrator/sessions", String(session), "log.jsonl");
  appendFileSync(journal, '{"v":1,"seq":9,"time":"2026-11-');
}

const project = ["project"] as const;

/** All of them. */
export const RECIPES: readonly Recipe[] = [
  {
    name: "normal",
    what: "sessions of every kind, secrets, a backup",
    projects: project,
    make: normal,
  },
  { name: "portable", what: "the same, committed", projects: project, make: portable },
  {
    name: "state_branch",
    what: "a server (server.git) and two clones",
    projects: ["project", "sandbox"],
    make: stateBranch,
  },
  {
    name: "snapshots",
    what: "snapshots of every form, what was taken, and a project that is behind",
    projects: ["project", "behind"],
    make: snapshots,
  },
  { name: "migrated", what: "scattered files, moved over", projects: project, make: migrated },
  {
    name: "migrated_sessions",
    what: "the old tool's sessions, moved over",
    projects: project,
    make: migratedSessions,
  },
  {
    name: "long_history",
    what: "a journal with a line of several MB: a long old log",
    projects: project,
    make: longHistory,
  },
  {
    name: "torn",
    what: "a journal that ends in half a line, and one with a line that was not acknowledged",
    projects: project,
    make: torn,
  },
  midImport(
    "mid_import_staged",
    "an import that was cut off before it counted",
    at(/^rename\(.*\/plan\.json\)$/),
  ),
  midImport(
    "mid_import_committed",
    "an import that was cut off when it counted, before anything was put in place",
    at(/^rename\(.*\/log\.jsonl, .*\/\.removed-\*\)$/),
  ),
  midImport(
    "mid_import_replacing",
    "an import that was cut off where the old session is gone and the new one not yet there",
    replacing,
  ),
  {
    name: "mid_pull_replacing",
    what: "the same in a pull: a server, the laptop that pushed, the sandbox that was killed",
    projects: ["project"],
    make: midPull,
  },
  midMigration("mid_migration_staging", "cut off before the migration counted", {
    write: writeScattered,
    argv: ["migrate", "--yes"],
    choose: at(/^rename\(.*\/manifest\.json\)$/),
  }),
  midMigration("mid_migration_committed", "cut off when it counted, before anything was moved", {
    write: writeScattered,
    argv: ["migrate", "--yes"],
    choose: at(/^rename\(.*\.staging-\*\/prd, .*\)$/),
  }),
  midMigration("mid_migration_moving", "cut off between the originals' way into the backup", {
    write: writeScattered,
    argv: ["migrate", "--yes"],
    choose: at(/^rename\(\.\/\.workflow_log\.jsonl, .*\)$/),
  }),
  midMigration("mid_migration_sessions", "the same with the old tool's sessions", {
    write: writeOldSessions,
    argv: ["migrate", "--yes"],
    choose: at(/^rename\(\.\/\.orchestrator\/sessions\/0a1b2c3d, .*\)$/),
  }),
  midMigration("mid_rollback", "cut off between the originals' way back", {
    write: writeScattered,
    before: [["migrate", "--yes"]],
    argv: ["migrate", "--rollback", "--yes"],
    choose: at(/^unlink\(\.\/\.orchestrator\/meta\.json\)$/),
  }),
];
