/** What can be wrong with the installation and the project. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, truncateSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { REAL_SYSTEM } from "../../../src/doctor/system.ts";
import { workflowSchemaText } from "../../../src/workflow/definition_schema.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

const windows = Deno.build.os === "windows";
const MIB = 1024 * 1024;

function putOnPath(world: World, ...folders: readonly string[]): void {
  for (const folder of folders) {
    const name = windows ? "orchestrator.exe" : "orchestrator";
    world.write(join(world.scratch.top, folder, name), "#!/bin/sh\n", 0o755);
    world.env["PATH"] = [join(world.scratch.top, folder), world.env["PATH"]].join(delimiter);
  }
}

function onDisk(freeBytes: number, type = 0xef53) {
  return (world: World): void => {
    world.system = { ...REAL_SYSTEM, platform: "linux", disk: () => ({ freeBytes, type }) };
  };
}

/** Changes the repository's meta.json. */
function withMeta(change: (meta: Record<string, unknown>) => void) {
  return (world: World): void =>
    world.edit(world.state("meta.json"), (text) => {
      const meta = JSON.parse(text);
      change(meta);
      return JSON.stringify(meta);
    });
}

export const INSTALLATION: readonly Scenario[] = [
  {
    check: "installation.version",
    when: "a newer program set the project up",
    level: "info",
    seen: /a newer version, 12\.0\.1, initialized the project$/,
    make: withMeta((meta) => meta["tool"] = "12.0.1"),
  },
  {
    check: "installation.clock",
    when: "a session ends in the future",
    level: "warning",
    seen: /^the last event of 1 session is in the future/,
    make: (world) => {
      world.now = new Date(world.now.getTime() - 3_600_000);
    },
  },
  {
    check: "installation.clock",
    when: "it was never set",
    level: "warning",
    seen: /before 2025/,
    project: "nothing",
    make: (world) => {
      world.now = new Date("1970-01-02T00:00:00Z");
    },
  },
  {
    check: "installation.copies",
    when: "two are on PATH",
    level: "warning",
    seen: /^2 different copies/,
    project: "nothing",
    make: (world) => putOnPath(world, "bin", "tools"),
  },
  {
    check: "installation.disk",
    when: "little is free",
    level: "warning",
    seen: /^99\.9 MiB free$/,
    project: "nothing",
    make: onDisk(99.9 * MIB),
  },
  {
    check: "installation.disk",
    when: "there is room to work, and not to migrate",
    level: "warning",
    seen: /^150 MiB free; a migration needs 328 MiB$/,
    project: "nothing",
    make: (world) => {
      onDisk(150 * MIB)(world);
      const path = world.scratch.path(".workflow_log.jsonl");
      world.write(path, "");
      truncateSync(path, 200 * MIB);
    },
  },
  {
    check: "installation.disk",
    when: "nearly nothing is free",
    level: "error",
    seen: /^4\.5 MiB free$/,
    project: "nothing",
    make: onDisk(4.5 * MIB),
  },
  {
    check: "installation.git",
    when: "there is no git",
    level: "info",
    seen: /git is not on PATH/,
    project: "nothing",
    make: (world) => {
      world.env["PATH"] = world.scratch.home;
    },
  },
  {
    check: "installation.shell",
    when: "there is no shell",
    level: "error",
    seen: /^\/bin\/sh does not exist$/,
    project: "nothing",
    make: (world) => {
      world.system = { ...REAL_SYSTEM, platform: "linux", exists: () => false };
    },
  },
];

export const PROJECT: readonly Scenario[] = [
  {
    check: "project.root",
    when: "it is the home directory",
    level: "error",
    seen: /home directory/,
    project: "nothing",
    make: (world) => {
      world.home = world.root;
    },
  },
  {
    check: "project.initialised",
    when: "nothing is set up",
    level: "info",
    seen: /^no project is initialized/,
    make: (world) => renameSync(world.state(), join(world.root, "old")),
  },
  {
    check: "project.meta",
    when: "meta.json is no JSON",
    level: "error",
    seen: /meta\.json is not JSON; the ID \w+ and normal mode are known from/,
    todo: /Restore the file/,
    fixable: true,
    make: (world) => world.write(world.state("meta.json"), "{"),
  },
  {
    check: "project.meta",
    when: "meta.json is no JSON and nothing else says which repository this is",
    level: "error",
    seen: /meta\.json is not JSON, and nothing else says which repository this is/,
    todo: /init --identity new/,
    project: "nothing",
    make: (world) => world.write(world.state("meta.json"), "{"),
  },
  {
    check: "project.meta",
    when: "meta.json is a folder",
    level: "error",
    seen: /Cannot read .*meta\.json"/,
    project: "nothing",
    make: (world) => {
      mkdirSync(world.state("meta.json"), { recursive: true });
    },
  },
  {
    check: "project.copied",
    when: "it was made for another remote",
    level: "warning",
    seen: /created for "https:\/\/example\.com\/one"/,
    git: true,
    make: async (world) => {
      await world.git("remote", "add", "origin", "https://example.com/two");
      withMeta((meta) => meta["remote"] = "https://example.com/one")(world);
    },
  },
  {
    check: "project.format",
    when: "a newer program wrote the project",
    level: "error",
    seen: /a newer version wrote the project/,
    make: withMeta((meta) => meta["format"] = 99),
  },
  {
    check: "project.format",
    when: "a newer program wrote a session",
    level: "error",
    seen: /^sessions of a newer version: [a-z2-7]{13}$/,
    make: (world) =>
      world.edit(
        world.ofSession("log.jsonl"),
        (text) => text.replace(/^\{"v":\d+/, '{"v":99'),
      ),
  },
  {
    check: "project.git",
    when: "there is no git repository any more",
    level: "info",
    seen: /^the root is not inside a git work tree/,
    git: true,
    make: (world) => renameSync(world.scratch.path(".git"), world.scratch.path("git")),
  },
  {
    check: "project.git",
    when: "git cannot use the repository",
    level: "warning",
    seen: /^git cannot use the repository: /,
    git: true,
    make: (world) => renameSync(world.scratch.path(".git/HEAD"), world.scratch.path(".git/x")),
  },
  {
    check: "workflow.schema",
    when: "it is of another version",
    level: "info",
    seen: /workflow\.schema\.json is of another version/,
    project: "initialised",
    make: (world) =>
      world.edit(
        world.state("workflow.schema.json"),
        (text) => text.replace('"phases"', '"stages"'),
      ),
    fixable: true,
    after: (world) =>
      assert.equal(world.scratch.read(".orchestrator/workflow.schema.json"), workflowSchemaText()),
  },
  {
    check: "project.gitignore",
    when: "it is missing",
    level: "warning",
    seen: /\.gitignore is missing/,
    make: (world) => renameSync(world.state(".gitignore"), world.scratch.path("x")),
    fixable: true,
    after: (world) => assert.equal(world.scratch.read(".orchestrator/.gitignore"), "*\n"),
  },
  {
    check: "project.gitignore",
    when: "a line of portable mode is gone",
    level: "warning",
    seen: /does not match portable mode/,
    project: "initialised",
    make: async (world) => {
      await world.done("init", "--portable");
      world.edit(
        world.state(".gitignore"),
        (text) => text.replace("/secrets/\n", "") + "/mine/\n",
      );
    },
    fixable: true,
    after: (world) => {
      const lines = world.scratch.read(".orchestrator/.gitignore").split("\n");
      assert.ok(lines.includes("/secrets/"));
      assert.ok(lines.includes("/mine/"), "the user's own lines are kept");
    },
  },
  {
    check: "project.gitattributes",
    when: "portable mode was switched on before there was such a file",
    level: "warning",
    seen: /\.gitattributes is missing/,
    project: "initialised",
    make: async (world) => {
      await world.done("init", "--portable");
      renameSync(world.state(".gitattributes"), world.scratch.path("x"));
    },
    fixable: true,
    after: (world) => assert.match(world.scratch.read(".orchestrator/.gitattributes"), /-text/),
  },
  {
    check: "project.gitattributes",
    when: "a line of portable mode is gone",
    level: "warning",
    seen: /lacks lines that portable mode needs/,
    project: "initialised",
    make: async (world) => {
      await world.done("init", "--portable");
      world.edit(
        world.state(".gitattributes"),
        (text) => text.replace("* -text\n", "") + "/mine/* text\n",
      );
    },
    fixable: true,
    after: (world) => {
      const text = world.scratch.read(".orchestrator/.gitattributes");
      assert.match(text, /^\* -text$/m);
      assert.match(text, /\/mine\/\* text\n$/, "the user's own lines are kept");
    },
  },
  {
    check: "project.ignored",
    when: "a rule brings the state back in",
    level: "warning",
    seen: /git would commit \.orchestrator/,
    git: true,
    make: (world) => world.write(world.state(".gitignore"), "*\n!sessions\n!sessions/**\n"),
  },
  {
    check: "project.ignored",
    when: "a rule of the project hides journals that portable mode commits",
    level: "warning",
    seen: /log\.jsonl \(\.gitignore:1: \*\.jsonl\)/,
    todo: /Remove the rule/,
    git: true,
    make: async (world) => {
      await world.done("init", "--portable");
      world.write(world.scratch.path(".gitignore"), "*.jsonl\n");
    },
  },
  {
    check: "project.ignored",
    when: "core.excludesFile hides what portable mode commits",
    level: "warning",
    seen: /meta\.json \(.*excluded:1: \.orchestrator\)/,
    git: true,
    make: async (world) => {
      await world.done("init", "--portable");
      const file = world.scratch.path("excluded");
      world.write(file, ".orchestrator\n");
      await world.git("config", "core.excludesFile", file);
    },
  },
  {
    check: "project.inner",
    when: "a state directory is in the state directory",
    level: "warning",
    seen: /contains another \.orchestrator/,
    make: (world) => {
      mkdirSync(world.state(".orchestrator"));
    },
  },
  {
    check: "project.nested",
    when: "a folder above is a project too",
    level: "info",
    seen: /is also a project/,
    make: (world) => world.write(join(world.scratch.top, ".orchestrator", "meta.json"), "{}"),
  },
  {
    check: "project.network",
    when: "it is on a server",
    level: "info",
    seen: /^CIFS: /,
    // As a signed number of 32 bits, which some systems give.
    make: onDisk(1024 * MIB, 0xff534d42 | 0),
  },
  {
    check: "project.owner",
    when: "another user owns the files",
    level: "warning",
    seen: /^other users own meta\.json, lock, current and \d more$/,
    make: (world) => {
      world.system = { ...REAL_SYSTEM, userId: () => 4_000_000 };
    },
    ignore: windows,
  },
  {
    check: "project.tracked",
    when: "git tracks state in normal mode",
    level: "warning",
    seen: /^git tracks 1 file that should not be committed: \.orchestrator\/current$/,
    git: true,
    make: (world) => world.git("add", "-f", ".orchestrator/current"),
  },
  {
    check: "project.tracked",
    when: "git tracks a secret in portable mode",
    level: "error",
    seen: /^git tracks 1 file that should not be committed: \.orchestrator\/secrets\/API_KEY$/,
    todo: /change any secret that was pushed/,
    git: true,
    make: async (world) => {
      await world.done("init", "--portable");
      world.secret("API_KEY", "abcdefgh");
      await world.git("add", "-f", ".orchestrator/secrets/API_KEY", ".orchestrator/meta.json");
    },
  },
  {
    check: "project.worktree",
    when: "it is a submodule",
    level: "info",
    seen: /^a submodule/,
    make: (world) => world.write(world.scratch.path(".git"), "gitdir: ../elsewhere\n"),
  },
  {
    check: "project.writable",
    when: "the state cannot be written",
    level: "warning",
    seen: /^this user cannot write to \.orchestrator$/,
    make: (world) => {
      world.system = { ...REAL_SYSTEM, writeError: () => "EACCES" };
    },
  },
  {
    check: "project.writable",
    when: "the disk is read-only",
    level: "warning",
    seen: /^the disk is read-only$/,
    project: "nothing",
    make: (world) => {
      world.system = { ...REAL_SYSTEM, writeError: () => "EROFS" };
    },
  },
  {
    check: "project.writable",
    when: "the system says so",
    level: "warning",
    seen: /^this user cannot write to \.orchestrator$/,
    make: (world) => chmodSync(world.state(), 0o500),
    ignore: windows || process.getuid?.() === 0,
  },
];
