/** What can be wrong with the layout and the locks. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { REAL_SYSTEM } from "../../../src/doctor/system.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { importSnapshot } from "../../../src/snapshot/import.ts";
import type { LockState } from "../../../src/storage/backend.ts";
import { fixture, fixtureValue } from "../legacy/old_project.ts";
import { inPieces, World as Machine } from "../snapshot/world.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

const windows = Deno.build.os === "windows";

/** A state of the old tool that is whole. */
const OLD_STATE = fixture("states/g3.json");

/** Stops an import of two sessions when the second is about to appear. */
async function interruptedImport(world: World): Promise<void> {
  using other = new Machine();
  await other.start("Add login");
  await other.start("Fix search");
  const manager = world.manager();
  const create = manager.backend.createSession.bind(manager.backend);
  let count = 0;
  manager.backend.createSession = (id, content) => {
    count += 1;
    return count === 2 ? Promise.reject(new Error("killed")) : create(id, content);
  };
  await assert.rejects(
    importSnapshot({
      manager,
      paths: world.paths,
      now: () => world.now,
      warn: () => {},
      bytes: inPieces(await other.export()),
      read: { askKey: () => Promise.reject(new Error("there is no key")) },
      adopt: true,
    }),
    /killed/,
  );
}

/** Leaves what a migration leaves that was killed before it had decided anything. */
function interruptedMigration(world: World): void {
  const before = { directory: true, lock: true, gitignore: true, meta: true };
  world.write(world.state(".staging-migration-abc", "sessions", "x"), "half");
  world.write(world.state("migration_backup", "2026", "x"), "half");
  world.write(
    world.state("migration.json"),
    JSON.stringify({
      format: 1,
      operation: "migrate",
      phase: "staging",
      started: world.now.toISOString(),
      tool: "0.1.0",
      backup: "migration_backup/2026",
      staging: ".staging-migration-abc",
      before,
    }),
  );
}

export const LAYOUT: readonly Scenario[] = [
  {
    check: "layout.migration",
    when: "a migration was interrupted",
    level: "warning",
    seen: /^a migration was interrupted: \.orchestrator\/migration\.json/,
    make: interruptedMigration,
    fixable: true,
    after: (world) => assert.deepEqual(readdirSync(world.state()).filter(isOfMigration), []),
  },
  {
    check: "layout.migration",
    when: "the old tool did not finish a change of its formats",
    level: "info",
    seen: /old tool did not finish/,
    project: "nothing",
    make: (world) => world.scratch.write(".workflow_migration_in_progress", ""),
  },
  {
    check: "layout.import",
    when: "an import was interrupted in the middle",
    level: "warning",
    seen: /snapshot import was interrupted/,
    make: interruptedImport,
    fixable: true,
    after: (world) => assert.equal(readdirSync(world.state("sessions")).length, 3),
  },
  {
    check: "layout.import",
    when: "an import was stopped at its beginning",
    level: "info",
    seen: /interrupted before it changed anything/,
    make: (world) => {
      mkdirSync(world.state(".staging-import-abc"));
    },
  },
  {
    check: "layout.old",
    when: "the old tool left a workflow",
    level: "info",
    seen: /^the old tool left \.workflow_state\.json$/,
    project: "nothing",
    make: (world) => world.scratch.write(".workflow_state.json", OLD_STATE),
  },
  {
    check: "layout.old-and-new",
    when: "an old workflow was not taken over",
    level: "info",
    seen: /^not imported yet: \.workflow_state\.json$/,
    make: (world) => world.scratch.write(".workflow_state.json", OLD_STATE),
  },
  {
    check: "layout.old-checksum",
    when: "an old state was changed",
    level: "warning",
    seen: /^1 checksum does not match: \.orchestrator\/sessions\/0123abcd\/state\.json$/,
    project: "nothing",
    make: (world) => {
      const state = fixtureValue("states/g7.json");
      state.task_description += "!";
      world.write(world.state("sessions", "0123abcd", "state.json"), JSON.stringify(state));
      world.write(world.state("current"), "0123abcd");
    },
  },
  {
    check: "layout.old-damaged",
    when: "an old state is cut off",
    level: "error",
    seen: /^1 old workflow cannot be read$/,
    project: "nothing",
    make: (world) => world.scratch.write(".workflow_state.json", OLD_STATE.slice(0, 500)),
  },
  {
    check: "layout.old-findings",
    when: "the old current names nothing",
    level: "warning",
    seen: /"deadbeef", which does not exist$/,
    project: "nothing",
    make: (world) => {
      const path = world.state("sessions", "0123abcd", "state.json");
      world.write(path, fixture("states/g7.json"));
      world.write(world.state("current"), "deadbeef");
    },
  },
  {
    check: "layout.old-links",
    when: "an old file is a link that leads out of the project",
    ignore: windows,
    level: "warning",
    seen: /^1 link where the old tool's files are: \.workflow_log\.jsonl$/,
    todo: /--copy-links/,
    make: (world) => symlinkSync("/dev/null", `${world.paths.root}/.workflow_log.jsonl`),
  },
  {
    check: "layout.old-links",
    when: "an old file is a link that stays in the project",
    ignore: windows,
    level: "info",
    seen: /^1 link /,
    make: (world) => {
      world.write(`${world.paths.root}/log.jsonl`, "{}\n");
      symlinkSync("log.jsonl", `${world.paths.root}/.workflow_log.jsonl`);
    },
  },
  {
    check: "layout.old-findings",
    when: "the agent server's state is there, which is harmless",
    level: "info",
    seen: /old agent server stored its tasks there$/,
    project: "nothing",
    make: (world) => {
      world.scratch.write(".workflow_state.json", OLD_STATE);
      world.write(world.state("state.json"), '{"tasks": []}');
    },
  },
  {
    check: "layout.links",
    when: "a session's journal is a link",
    level: "error",
    seen: /^1 link in \.orchestrator: sessions\/[a-z2-7]{13}\/log\.jsonl$/,
    make: (world) => {
      renameSync(world.ofSession("log.jsonl"), world.scratch.path("log.jsonl"));
      symlinkSync(world.scratch.path("log.jsonl"), world.ofSession("log.jsonl"));
    },
    ignore: windows,
  },
  {
    check: "layout.links",
    when: "a folder beside the sessions is a link",
    level: "error",
    seen: /^1 link in \.orchestrator: secrets$/,
    make: (world) => {
      mkdirSync(world.scratch.path("elsewhere"));
      symlinkSync(world.scratch.path("elsewhere"), world.state("secrets"));
    },
    ignore: windows,
  },
  {
    check: "layout.links",
    when: "a pipe lies among the bindings",
    level: "error",
    seen: /^not regular files in \.orchestrator: bindings\/pipe$/,
    make: (world) => {
      mkdirSync(world.state("bindings"), { recursive: true });
      execFileSync("mkfifo", [world.state("bindings", "pipe")]);
    },
    ignore: windows,
  },
  {
    check: "layout.links",
    when: "the whole state directory is its user's own link",
    level: "info",
    seen: /^\.orchestrator is a link to .*elsewhere, which git does not track$/,
    make: (world) => {
      renameSync(world.state(), world.scratch.path("elsewhere"));
      symlinkSync(world.scratch.path("elsewhere"), world.state());
    },
    ignore: windows,
  },
  {
    check: "layout.staging",
    when: "a start was killed",
    level: "info",
    seen: /^1 unfinished folder$/,
    make: (world) => {
      mkdirSync(world.state("sessions", ".staging-abcdefghijklm-xyz"));
    },
  },
  {
    check: "layout.staging",
    when: "the rest of a replacement is there",
    level: "info",
    seen: /^1 unfinished folder$/,
    make: (world) => {
      mkdirSync(world.state("sessions", ".replacing-abcdefghijklm"));
    },
  },
  {
    check: "layout.replacing",
    when: "a replacement was killed",
    level: "info",
    seen: /^the replacement of 1 session was interrupted: [a-z2-7]{13}$/,
    make: (world) => {
      const folder = world.state("sessions", `.replacing-${world.session}`);
      cpSync(world.ofSession("."), folder, { recursive: true });
      writeFileSync(world.ofSession("feedback.txt"), "of the old copy");
    },
    fixable: true,
    after: (world) => {
      assert.deepEqual(readdirSync(world.state("sessions")), [world.session]);
      assert.equal(existsSync(world.ofSession("feedback.txt")), false);
    },
  },
  {
    check: "layout.temporaries",
    when: "writers were killed",
    level: "info",
    seen: /^2 temporary files$/,
    make: (world) => {
      writeFileSync(world.state(".tmp-current-abc"), "x");
      writeFileSync(world.ofSession(".tmp-state.json-abc"), "{");
    },
    fixable: true,
    after: (world) => {
      assert.equal(existsSync(world.state(".tmp-current-abc")), false);
      assert.equal(existsSync(world.ofSession("state.json")), true);
    },
  },
  {
    check: "layout.unknown",
    when: "there are files that the program did not create",
    level: "info",
    seen: /^\.orchestrator contains notes\.txt, sessions\/mine$/,
    make: (world) => {
      writeFileSync(world.state("notes.txt"), "x");
      mkdirSync(world.state("sessions", "mine"));
    },
  },
  {
    check: "layout.unknown",
    when: "folders have names of temporary files",
    level: "info",
    seen: /^\.orchestrator contains \.tmp-x, secrets\/\.tmp-x, sessions\/\.tmp-x and 2 more$/,
    make: async (world) => {
      const of = `sessions/${world.session}`;
      for (const folder of ["", "secrets/", "sessions/", `${of}/`, `${of}/feedback/`]) {
        world.write(world.state(`${folder}.tmp-x`, "deep", "file"), "x");
      }
      // Nothing stops at them.
      await world.done("note", "one");
      await world.done("feedback", "tool", "add", "two");
      await world.done("start", "Another task", "--name", "another");
      await world.done("log", "verify", "--all");
      await world.done("doctor", "--fix", "--check", "layout");
    },
  },
  {
    check: "layout.unknown",
    when: "they lie among files that are known",
    level: "info",
    seen: /^\.orchestrator contains secrets\/deep, sessions\/[a-z2-7]{13}\/extra$/,
    make: async (world) => {
      const [id] = await world.manager().listSessions();
      world.write(world.state("sessions", id ?? "", "extra"), "x");
      world.write(world.state("secrets", "deep", "er"), "x");
      world.write(world.state("archive", "any", "thing: at all"), "x");
      world.write(world.state("removed", `${id}.jsonl`), "{}\n");
    },
  },
  {
    check: "layout.private",
    when: "others can look into what was set aside",
    level: "warning",
    seen: /^other users can read migration_backup, backups in \.orchestrator$/,
    ignore: windows,
    fixable: true,
    make: (world) => {
      mkdirSync(world.state("backups"), { mode: 0o755 });
      mkdirSync(world.state("migration_backup"), { mode: 0o755 });
    },
    after: (world) => {
      assert.equal(statSync(world.state("backups")).mode & 0o777, 0o700);
    },
  },
];

function isOfMigration(name: string): boolean {
  return name.includes("migration");
}

/** The lock file of a process at work; a check must believe the kernel, not this text. */
function heldSince(world: World, milliseconds: number): void {
  const holder = {
    id: "abc",
    operation: "advance",
    pid: 4711,
    host: "elsewhere",
    actor: "bea",
    since: new Date(world.now.getTime() - milliseconds).toISOString(),
  };
  holding(world, { state: "held", by: holder });
}

/** What is said of the repository's lock. */
function holding(world: World, answer: LockState): void {
  const manager = world.manager();
  manager.backend.holder = (scope) =>
    Promise.resolve(scope === "repository" ? answer : { state: "free" });
  world.manager = () => manager;
}

export const LOCKS: readonly Scenario[] = [
  {
    check: "locks.held",
    when: "a program that says nothing of itself is at work",
    level: "info",
    seen: /^1 lock held: repository: an unknown program$/,
    make: (world) => holding(world, { state: "held", by: null }),
  },
  {
    check: "locks.held",
    when: "it cannot be determined",
    level: "warning",
    seen: /^cannot determine whether 1 lock is held: repository: it is a secret$/,
    make: (world) => holding(world, { state: "unknown", reason: "it is a secret" }),
  },
  {
    check: "locks.held",
    when: "a process holds it",
    level: "info",
    seen: /^1 lock held: repository: advance by bea, pid 4711 on elsewhere, since 2/,
    make: (world) => heldSince(world, 1000),
  },
  {
    check: "locks.held",
    when: "a process has held it for a long time",
    level: "warning",
    seen: /^1 lock held: repository: advance by bea/,
    todo: /Check that process/,
    make: (world) => heldSince(world, 3_600_000),
  },
  {
    check: "locks.possible",
    when: "the file system has no locks",
    level: "error",
    seen: /^Cannot lock ".*lock": the file system has no locks$/,
    make: (world) => {
      world.system = {
        ...REAL_SYSTEM,
        probeLock: (path) => {
          throw new OrchestratorError(
            "io_failed",
            `Cannot lock "${path}": the file system has no locks`,
          );
        },
      };
    },
  },
];
