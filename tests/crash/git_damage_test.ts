/**
 * A power cut leaves git's copy of the state damaged: objects and refs that are empty, half written,
 * full of zeros, or gone. The next push and pull make it again from the journals and the server.
 *
 * `CRASH_SAMPLE=k` takes every k-th object only.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SAMPLE } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { type Call, parseTrace, straceMissing } from "./strace.ts";

const noGit = spawnSync("git", ["--version"]).error !== undefined;

/** What is left of a file. */
const DAMAGES: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | null>> = {
  "empty": () => new Uint8Array(),
  "half": (bytes) => bytes.subarray(0, bytes.length >> 1),
  "zeros": (bytes) => new Uint8Array(bytes.length),
  "gone": () => null,
};

function damage(path: string, how: (bytes: Uint8Array) => Uint8Array | null): void {
  const left = how(readFileSync(path));
  chmodSync(path, 0o644);
  if (left === null) rmSync(path);
  else writeFileSync(path, left);
}

/** Files of the loose objects that our refs stand for. */
function looseObjects({ root }: Machine): readonly string[] {
  const refs = git(root, "for-each-ref", "--format=%(refname)", "refs/orchestrator").split("\n");
  return git(root, "rev-list", "--objects", ...refs).split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .map((oid) => join(root, ".git", "objects", oid.slice(0, 2), oid.slice(2)))
    .filter((path) => existsSync(path));
}

/** Files of our refs. */
function refFiles({ root }: Machine): readonly string[] {
  const folder = join(root, ".git", "refs", "orchestrator");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What the server's branch says, and that it is whole. */
function requireWhole(machines: Machines, texts: readonly string[]): void {
  const [branch = "", ...more] = machines.branches;
  assert.deepEqual(more, []);
  for (const text of texts) git(machines.bare, "grep", "--quiet", "--fixed-strings", text, branch);
  git(machines.bare, "fsck", "--full", "--no-dangling", "--no-progress");
}

for (const [name, how] of Object.entries(DAMAGES)) {
  for (const [what, filesOf] of [["object", looseObjects], ["ref", refFiles]] as const) {
    Deno.test({
      name: `each ${what} of the program, ${name}: the next push and pull continue`,
      ignore: noGit,
      fn: async () => {
        using machines = new Machines();
        const machine = machines.clone("machine");
        const other = machines.clone("other");
        for (const { env } of [machine, other]) delete env["ORCHESTRATOR_WEB_MODE"];
        // Objects that are fetched lie in files of their own, too.
        git(machine.root, "config", "fetch.unpackLimit", "1000");
        await machine.start("Add login");
        await machine.must("note", "acknowledged here");
        await machine.must("state", "push");
        await other.must("state", "pull");
        await other.start("Fix search");
        await other.must("note", "acknowledged there");
        await other.must("state", "push");
        await machine.must("state", "pull");
        await machine.must("state", "push");
        const texts = ["acknowledged here", "acknowledged there"];
        const files = filesOf(machine).filter((_, index) => index % SAMPLE === 0);
        assert.ok(files.length > 0);
        for (const [index, file] of files.entries()) {
          if (!existsSync(file)) continue;
          damage(file, how);
          const first = index % 2 === 0 ? "push" : "pull";
          if (index % 3 === 0) await machine.must("note", `after ${index}`);
          const told = await machine.must("state", first, "--json");
          assert.doesNotMatch(told.stdout, /"problem": "(?!null)/, `${file}: ${told.stdout}`);
          await machine.must("state", "push");
          await machine.must("state", "pull");
          if (index % 3 === 0) texts.push(`after ${index}`);
          requireWhole(machines, texts);
          await machine.must("log", "verify", "--all");
        }
        git(machine.root, "fetch", "--quiet");
        // These commands read the objects that no command has needed so far.
        await machine.must("state", "compact", "--yes");
        await machine.must("state", "log");
        requireWhole(machines, texts);
        console.log(`  ${files.length} files`);
      },
    });
  }
}

Deno.test({
  name: "what a push writes into git is on the disk before anything stands for it",
  ignore: noGit || straceMissing() !== null || !executableAvailable,
  fn: async () => {
    using machines = new Machines();
    const machine = machines.clone("machine");
    delete machine.env["ORCHESTRATOR_WEB_MODE"];
    await machine.start("Add login");
    const output = join(machines.scratch.top, "trace");
    const { status, stderr } = spawnSync("strace", [
      ...["-f", "-y", "-o", output, "-e", "trace=fsync,fdatasync,link,rename,linkat,renameat"],
      ...[await executable(), "state", "push"],
    ], { cwd: machine.root, env: machine.env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const calls = parseTrace(readFileSync(output, "utf8"), machine.root).calls
      .filter(({ result }) => result.startsWith("0"));
    const isSync = (path: string) => ({ name, paths }: Call) =>
      /sync$/.test(name) && paths[0] === path;
    const own = join(machine.root, ".git");
    const made = calls.filter(({ name, paths }) =>
      /^(link|rename)/.test(name) &&
      /\/\.git\/(objects\/[0-9a-f]{2}\/|refs\/orchestrator\/)/.test(paths[1] ?? "") &&
      paths[1]?.startsWith(own)
    );
    assert.ok(made.length >= 6, `${made.length} objects and refs`);
    const first = calls.findIndex(({ paths }) => paths[1]?.includes("/refs/orchestrator/state/"));
    for (const call of made) {
      const [from = "", to = ""] = call.paths;
      const isRef = to.includes("/refs/");
      const before = calls.slice(0, isRef ? calls.indexOf(call) : first);
      assert.ok([from, to].some((path) => before.some(isSync(path))), `${to} is not synced`);
      if (isRef) continue;
      assert.ok(before.some(isSync(dirname(to))), `the names in ${dirname(to)} are not synced`);
    }
  },
});
