/**
 * Reading writes nothing, whatever it finds; it works where nothing can be written; and nothing is
 * ever written where the old tool kept its files.
 */
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { EXIT_CODES } from "../../src/errors.ts";
import type { ArgumentSpec, CommandSpec } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { BRIEF } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { NEW_PLACES, OLD_PLACES, Place, REAL_PLACES } from "./places.ts";

const ignore = !executableAvailable;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** Switches that turn a reading command into one that changes things, or that never end. */
const NOT_READING: ReadonlySet<string> = new Set(["fix", "follow"]);

/**
 * The ways to read that the table knows, as command lines.
 * @param all every one, with each switch there is; else each command once or twice.
 */
function readings(session: string, all: boolean): readonly string[][] {
  const lines: string[][] = [["--version"], ["--help"], ["start", "--help"], []];
  for (const spec of COMMANDS) {
    const options = spec.options ?? [];
    const words = [...spec.path.split(" "), ...argumentsOf(spec, session)];
    // A reading that asks the network is not this test's matter.
    if (options.some(({ name }) => name === "offline")) words.push("--offline");
    if (options.some(({ name }) => name === "dry-run")) {
      const fix = options.some(({ name }) => name === "fix") ? ["--fix"] : [];
      lines.push([...words, ...fix, "--dry-run"], [...words, ...fix, "--dry-run", "--json"]);
    }
    if (spec.changes !== "nothing") continue;
    lines.push([...words, "--json"]);
    if (all || isAboutSessions(words)) lines.push(words);
    for (const { name, value, becomes } of all ? options : []) {
      // With such an option it is another command.
      if (becomes !== undefined) continue;
      if (value !== undefined || NOT_READING.has(name) || name === "dry-run") continue;
      lines.push([...words, `--${name}`]);
    }
  }
  return lines;
}

function argumentsOf(spec: CommandSpec, session: string): readonly string[] {
  return (spec.args ?? []).flatMap((argument) =>
    argument.optional === true ? [] : [sampleOf(argument, session)]
  );
}

function sampleOf({ name, complete }: ArgumentSpec, session: string): string {
  if (complete === "session") return session === "" ? "1a2b3c4d" : session;
  if (complete === "checkpoint") return "cp1";
  if (complete === "file") return "workflow.yaml";
  // A program that is there and does nothing by itself.
  if (name === "command") return "git";
  if (Array.isArray(complete)) return complete[0] ?? name;
  return name;
}

/** What must work whenever there is something to read. */
function mustWork(argv: readonly string[]): boolean {
  return ["status", "log", "session list", "handoff"].includes(argv.join(" "));
}

const PLACES = { ...NEW_PLACES, ...OLD_PLACES, ...REAL_PLACES };

for (const [name, condition] of Object.entries(PLACES)) {
  Deno.test({
    name: `reading changes nothing: ${name}`,
    async fn() {
      using place = new Place(null);
      await condition(place);
      const { top } = place.scratch;
      const before = readTree(top);
      for (const argv of readings(place.session, true)) {
        const result = await place.run(argv);
        assert.notEqual(result.code, EXIT_CODES.internal, `${argv.join(" ")}: ${result.stderr}`);
        assert.deepEqual(compareTrees(before, readTree(top)), [], argv.join(" "));
      }
    },
  });
}

Deno.test({
  name: "every reading command of the table is among the readings",
  fn() {
    const lines = readings("x", true).map((line) => line.join(" "));
    const reading = COMMANDS.filter(({ changes }) => changes === "nothing");
    assert.ok(reading.length >= 15);
    for (const { path } of reading) {
      assert.ok(lines.some((line) => line.startsWith(path) && line.endsWith(" --json")), path);
    }
  },
});

/** Removes all write permission from a tree, and gives it to another user if one is named. */
function takeRights(path: string, owner: number | null): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) {
    for (const entry of readdirSync(path)) takeRights(join(path, entry), owner);
  }
  if (owner !== null) chownSync(path, owner, owner);
  chmodSync(path, stat.mode & 0o555);
}

/** Runs a command where it can write nothing. */
type Jail = (place: Place, argv: readonly string[]) => Promise<Result>;

function jailOf(program: string, args: (place: Place) => readonly string[]): Jail {
  return (place, argv) =>
    runProcess(program, [...args(place), `${place.file}`, ...argv], {
      cwd: place.scratch.root,
      env: place.environment,
    });
}

const asNobody = jailOf(
  "setpriv",
  () => ["--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups"],
);

/** In a mount namespace of its own, in which the whole scratch is a read-only file system. */
const onReadOnlyMount = jailOf("unshare", ({ scratch }) => [
  "--mount",
  "sh",
  "-c",
  'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$2" && shift 2 && exec "$@"',
  "sh",
  scratch.top,
  scratch.root,
]);

async function works(program: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch {
    return false;
  }
}

/** A way to forbid all writing. */
interface Prison {
  readonly name: string;
  readonly jail: Jail;
  readonly prepare: (place: Place) => void;
}

/** The ways that this system has; each may leave the place unfit for those before it. */
const PRISONS: readonly Prison[] = await (async () => {
  if (Deno.build.os === "windows" || ignore) return [];
  if (!isRoot) {
    return [{
      name: "without rights",
      jail: (place: Place, argv: readonly string[]) => place.run(argv),
      prepare: ({ scratch }: Place) => takeRights(scratch.top, null),
    }];
  }
  const prisons: Prison[] = [];
  const mount = "mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp";
  if (await works("unshare", "--mount", "sh", "-c", mount)) {
    prisons.push({ name: "a read-only file system", jail: onReadOnlyMount, prepare: () => {} });
  } else {
    console.log("skipped: reading on a read-only file system (it cannot be mounted here)");
  }
  if (await works("setpriv", "--reuid", `${NOBODY}`, "--clear-groups", "true")) {
    prisons.push({
      name: "another user's project",
      jail: asNobody,
      prepare: ({ scratch }) => chmodSync(scratch.top, 0o755),
    }, {
      name: "a project without rights",
      jail: asNobody,
      prepare: ({ scratch }) => takeRights(scratch.top, NOBODY),
    });
  } else {
    console.log("skipped: reading as another user (this needs setpriv)");
  }
  return prisons;
})();

/** The answer without what the time of day or the random lock holder says. */
function stable({ code, stdout }: Result): string {
  return `${code} ${stdout.replace(/\b\d+ (?:s|seconds?|m|minutes?) ago\b/g, "just now")}`;
}

/** Whether a command's answer is about the sessions alone, wherever they lie. */
function isAboutSessions(argv: readonly string[]): boolean {
  const line = argv.join(" ");
  return COMMANDS.some(({ path, group }) =>
    (group === "work" || group === "sessions") && (line === path || line.startsWith(`${path} `))
  );
}

for (
  const name of [
    "a project at work",
    "an old project, g8",
    ...BRIEF ? [] : ["a damaged state.json", "an old project, g4", "what killed processes left"],
  ]
) {
  Deno.test({
    name: `reading works where nothing can be written: ${name}`,
    ignore: PRISONS.length === 0,
    async fn(context) {
      using place = new Place(await executable());
      await PLACES[name]?.(place);
      const lines = readings(place.session, false);
      const free: Result[] = [];
      for (const argv of lines) free.push(await place.run(argv));
      for (const { name: prison, jail, prepare } of PRISONS) {
        await context.step(prison, async () => {
          prepare(place);
          const before = readTree(place.scratch.top);
          for (const [index, argv] of lines.entries()) {
            const result = await jail(place, argv);
            const said = `${argv.join(" ")}: ${result.stderr}`;
            assert.notEqual(result.code, EXIT_CODES.internal, said);
            if (mustWork(argv)) assert.equal(result.code, 0, said);
            const expected = free[index];
            if (expected !== undefined && isAboutSessions(argv)) {
              assert.equal(stable(result), stable(expected), said);
            }
          }
          // And what would write says so, instead of pretending.
          const { code, stdout, stderr } = await jail(place, ["note", "x"]);
          assert.equal(code, 1, stdout + stderr);
          assert.match(stderr, /permission is denied|read-only|not permitted/);
          assert.deepEqual(compareTrees(before, readTree(place.scratch.top)), []);
          assert.deepEqual(readdirSync(place.temporary), []);
        });
      }
    },
  });
}

/** Where only the old tool ever wrote. `.orchestrator/current` is shared, and told apart by content. */
const OLD_LOCATION =
  /^(?:\.workflow_|\.orchestra\.yaml|\.claude|\.wfo_logs|\.secrets|\.manus|docs\/|\.orchestrator\/(?:sessions\/[0-9a-f]{8}(?:\/|$)|state\.json|log\.jsonl|checkpoints|audit\.jsonl|events\.jsonl|v3|v4|worktrees))/i;

/** All that a session can go through. */
const STORY: readonly string[][] = [
  ["note", "first"],
  ["complete", "nothing"],
  ["skip", "nothing", "--reason", "There is nothing to be done about it"],
  ["approve", "nothing", "--yes"],
  ["advance"],
  ["checkpoint", "create", "--message", "here"],
  ["checkpoint", "restore", "cp1", "--yes"],
  ["feedback", "tool", "add", "good"],
  ["feedback", "process", "add", "well"],
  ["session", "rename", "renamed"],
  ["generate-md", "--output", "OUT.md"],
  ["init"],
  ["init", "--portable"],
  ["init", "--normal"],
  ["finish"],
  ["session", "end", "--reason", "This was only a test"],
  ["start", "Another"],
  ["note", "second"],
  ["session", "use", "renamed"],
  ["session", "remove", "renamed", "--yes"],
  ["status"],
];

for (const [name, condition] of Object.entries({ ...OLD_PLACES, ...REAL_PLACES })) {
  Deno.test({
    name: `the old tool's files stay as they are, whatever is done: ${name}`,
    async fn() {
      using place = new Place(null);
      await condition(place);
      const old = new Map(
        [...readTree(place.scratch.root)].filter(([path]) => OLD_LOCATION.test(path)),
      );
      for (const argv of STORY) {
        const { code, stderr } = await place.run(argv);
        if (/, g\d$/.test(name) && argv[0] === "note") assert.equal(code, 0, stderr);
        assert.notEqual(code, EXIT_CODES.internal, `${argv.join(" ")}: ${stderr}`);
        const now = new Map(
          [...readTree(place.scratch.root)].filter(([path]) => OLD_LOCATION.test(path)),
        );
        assert.deepEqual(compareTrees(old, now), [], argv.join(" "));
      }
    },
  });
}

Deno.test({
  name: "a new project has its own folder and workflow.yaml, and nothing anywhere else",
  ignore,
  async fn() {
    using place = new Place(await executable());
    await place.must("init");
    await place.must("start", "Everything");
    for (const argv of STORY) await place.run(argv);
    const allowed =
      /^(?:workflow\.yaml|OUT\.md|\.orchestrator(?:\/(?:\.gitignore|\.gitattributes|meta\.json|workflow\.schema\.json|writer\.json|log(?:\/[a-z2-7]{13}\.jsonl)?|lock|current|bindings(?:\/[0-9a-f]{32})?|removed(?:\/[a-z2-7]{13}\.jsonl)?|sessions(?:\/[a-z2-7]{13}(?:\/(?:log\.jsonl|state\.json|meta\.json|workflow\.yaml|lock|feedback(?:\/(?:tool|process)\.jsonl)?))?)?))?|\.)$/;
    const strange = [...readTree(place.scratch.root).keys()].filter((path) => !allowed.test(path));
    assert.deepEqual(strange, []);
    assert.deepEqual(readdirSync(place.scratch.home), []);
    assert.deepEqual(readdirSync(place.temporary), []);
    assert.ok(existsSync(place.scratch.path(".orchestrator/current")));
  },
});
