/**
 * A clone that holds every trick we know: whatever is run in it, nothing outside it is written, nothing
 * of the person's is published, nothing hangs, and little memory is taken.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { sha256Hex } from "../../src/platform/hash.ts";
import { slowTest } from "../harness/effort.ts";
import { CANARY, harmIn, NAME_CANARY } from "../harness/escapes.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git } from "../harness/git_server.ts";
import { peakOf } from "../harness/peak_memory.ts";
import { runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { compareTrees, readTree } from "../harness/tree.ts";

const MEBIBYTE = 1024 * 1024;
const MOST = 200 * MEBIBYTE;
const TIMEOUT_MS = 60_000;

/** Stands in the person's own files only. */
const PRIVATE = "correct-horse-battery-staple";

/** What everybody runs sooner or later. */
const COMMANDS: readonly (readonly string[])[] = [
  ["status"],
  ["log"],
  ["doctor", "--offline"],
  ["note", "looks fine"],
  ["start", "Add login", "--name", "mine"],
  ["state", "push"],
  ["snapshot", "export", "-o", "../out/state.tar.gz"],
  ["migrate", "--dry-run"],
];

const WORKFLOW = `name: Tiny
phases:
  - { id: PLAN, name: Plan, items: [{ id: think, name: Think }] }
`;

/** What a trick works on. */
interface Attack {
  /** The repository in which the attacker commits; `.orchestrator` in it is a project with a session. */
  readonly root: string;
  /** The state directory. */
  readonly state: string;
  /** Folder of the session. */
  readonly session: string;
  readonly id: string;
  /** A file and a folder of the person's, outside the clone. */
  readonly file: string;
  readonly folder: string;
  /** Another server. */
  readonly evil: string;
}

/** Puts a link in the place of what is there. */
function link(target: string, path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** Each file of the state directory that something reads, as `<state>` or `<session>` names it. */
const FILES: readonly ((attack: Attack) => string)[] = [
  ({ state }) => join(state, "lock"),
  ({ state }) => join(state, "meta.json"),
  ({ state }) => join(state, "config.yaml"),
  ({ state }) => join(state, "current"),
  ({ state }) => join(state, ".gitignore"),
  ({ state }) => join(state, "migration.json"),
  ({ state, id }) => join(state, "removed", `${id}.jsonl`),
  ({ session }) => join(session, "lock"),
  ({ session }) => join(session, "log.jsonl"),
  ({ session }) => join(session, "state.json"),
  ({ session }) => join(session, "meta.json"),
  ({ session }) => join(session, "workflow.yaml"),
  ({ session }) => join(session, "feedback", "tool.jsonl"),
  ({ session }) => join(session, "history", `${"a".repeat(64)}.jsonl`),
];

/** Each folder of it. */
const FOLDERS: readonly ((attack: Attack) => string)[] = [
  ({ state }) => state,
  ({ state }) => join(state, "sessions"),
  ({ state }) => join(state, "secrets"),
  ({ state }) => join(state, "bindings"),
  ({ state }) => join(state, "backups"),
  ({ session }) => session,
  ({ session }) => join(session, "feedback"),
  ({ state, id }) => join(state, "sessions", `.replacing-${id}`),
  ({ state, id }) => join(state, "sessions", `.staging-${id}-x`),
];

const BACK = "../".repeat(12);

/** Changes the data of the journal's first event, and chains the lines again. */
function rewriteJournal(session: string, change: (data: Record<string, unknown>) => void): void {
  const path = join(session, "log.jsonl");
  let prev = "0".repeat(64);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").map((line, index) => {
    const event = JSON.parse(line);
    if (index === 0) change(event.data);
    const text = JSON.stringify({ ...event, prev });
    prev = sha256Hex(text);
    return text;
  });
  writeFileSync(path, lines.join("\n") + "\n");
  rmSync(join(session, "state.json"), { force: true });
}

/** Text that git stores in little, and that is large. */
const LARGE = "x".repeat(100 * MEBIBYTE);

/** What is committed, by name. */
const TRICKS: Readonly<Record<string, (attack: Attack) => void>> = {
  "links at all files, to a file of the person's": (attack) => {
    for (const path of FILES) link(attack.file, path(attack));
  },
  "a link at the repository's lock": ({ state, file }) => link(file, join(state, "lock")),
  "a link at the session's lock": ({ session, file }) => link(file, join(session, "lock")),
  "a link at the configuration": ({ state, file }) => link(file, join(state, "config.yaml")),
  "a link at the feedback": ({ session, file }) =>
    link(file, join(session, "feedback", "tool.jsonl")),
  "a link at the journal": ({ session, file }) => link(file, join(session, "log.jsonl")),
  "links at all files, to a device that never ends": (attack) => {
    for (const path of FILES) link("/dev/zero", path(attack));
  },
  "a journal that is a device": ({ session }) => link("/dev/zero", join(session, "log.jsonl")),
  "a state that is a device": ({ session }) => link("/dev/zero", join(session, "state.json")),
  "a configuration that is a device": ({ state }) => link("/dev/zero", join(state, "config.yaml")),
  "a definition that is a device": ({ root }) => link("/dev/zero", join(root, "workflow.yaml")),
  "old files that are devices": ({ root }) => {
    link("/dev/zero", join(root, ".workflow_state.json"));
    link("/dev/zero", join(root, ".workflow_log.jsonl"));
    link("/dev/zero", join(root, ".orchestrator.yaml"));
  },
  ...Object.fromEntries(FOLDERS.map((path) => [
    `a link at the folder ${
      path({ state: ".orchestrator", session: "<session>", id: "<id>" } as Attack)
    }`,
    (attack: Attack) => link(attack.folder, path(attack)),
  ])),
  "a session that leads out and back": ({ state, session, folder }) => {
    cpSync(session, join(folder, "copy"), { recursive: true });
    link(join(folder, "copy"), session);
    appendFileSync(join(state, ".gitignore"), "\n");
  },
  "a journal with a line of 100 MB": ({ session }) => {
    appendFileSync(join(session, "log.jsonl"), `{"v":1,"x":"${LARGE}"}\n`);
  },
  "a journal that begins with a line of 100 MB": ({ session }) => {
    rmSync(join(session, "state.json"));
    writeFileSync(join(session, "log.jsonl"), `{"v":1,"x":"${LARGE}"}\n`);
  },
  "an import of 100 MB in one value": ({ session }) => {
    const path = join(session, "log.jsonl");
    const event = JSON.parse(readFileSync(path, "utf8").split("\n")[0] ?? "");
    event.type = "session_imported";
    event.data = { ...event.data, seed: {}, source: {}, history: [LARGE] };
    writeFileSync(path, JSON.stringify(event) + "\n");
    rmSync(join(session, "state.json"));
  },
  "files of 100 MB": ({ state, session }) => {
    for (
      const path of [
        join(session, "state.json"),
        join(session, "meta.json"),
        join(session, "workflow.yaml"),
        join(state, "config.yaml"),
        join(state, "current"),
      ]
    ) writeFileSync(path, LARGE);
  },
  "feedback of 100 MB": ({ session }) => {
    mkdirSync(join(session, "feedback"), { recursive: true });
    writeFileSync(join(session, "feedback", "tool.jsonl"), LARGE);
  },
  "a definition of 100 MB": ({ root }) => writeFileSync(join(root, "workflow.yaml"), LARGE),
  "old files of 100 MB": ({ root }) => {
    writeFileSync(join(root, ".workflow_state.json"), `{"workflow_id":"wf_1","x":"${LARGE}"}`);
    writeFileSync(join(root, ".workflow_log.jsonl"), `{"workflow_id":"wf_1","x":"${LARGE}"}\n`);
  },
  "a journal that is nested a million levels deep": ({ session }) => {
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    appendFileSync(join(session, "log.jsonl"), `{"v":1,"x":${deep}}\n`);
    writeFileSync(join(session, "state.json"), deep);
    writeFileSync(join(session, "meta.json"), deep);
  },
  "configuration and definition that are nested deeply": ({ root, state }) => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    writeFileSync(join(root, "workflow.yaml"), `name: ${deep}\nphases: ${deep}\n`);
    writeFileSync(join(state, "config.yaml"), `actor: ${deep}\n`);
  },
  "aliases that multiply": ({ root, state }) => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`,
    ).slice(1);
    const text = `a0: &a0 [lol]\n${levels.join("\n")}\n`;
    writeFileSync(join(root, "workflow.yaml"), `${text}name: *a29\n`);
    writeFileSync(join(state, "config.yaml"), text);
  },
  "old files that are nested deeply": ({ root }) => {
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    writeFileSync(join(root, ".workflow_state.json"), `{"workflow_id":"wf_1","phases":${deep}}`);
    writeFileSync(join(root, ".workflow_log.jsonl"), `{"workflow_id":"wf_1","details":${deep}}\n`);
  },
  "names with escapes": ({ root, state, session }) => {
    const name = NAME_CANARY;
    for (
      const path of [
        join(state, name),
        join(state, "sessions", name, "log.jsonl"),
        join(state, "bindings", name),
        join(state, "secrets", name),
        join(session, "feedback", `${name}.jsonl`),
        join(session, "set_aside", name),
        join(root, ".workflow_checkpoints", `${name}.json`),
        join(root, `.workflow_${name}.txt`),
      ]
    ) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "{}\n");
    }
  },
  "texts with escapes": ({ root, state, session }) => {
    rewriteJournal(session, (data) => {
      data["task"] = CANARY;
      data["name"] = CANARY;
      data["constraints"] = [CANARY];
    });
    const meta = JSON.parse(readFileSync(join(session, "meta.json"), "utf8"));
    writeFileSync(
      join(session, "meta.json"),
      JSON.stringify({ ...meta, name: CANARY, task: CANARY }),
    );
    writeFileSync(join(state, "current"), CANARY);
    writeFileSync(join(root, "workflow.yaml"), WORKFLOW.replace("Tiny", JSON.stringify(CANARY)));
  },
  "ids that lead out": ({ state, session, folder }) => {
    writeFileSync(join(state, "current"), `${BACK}${folder}\n`);
    mkdirSync(join(state, "bindings"), { recursive: true });
    writeFileSync(join(state, "bindings", "x"), `${BACK}${folder}\n`);
    rewriteJournal(session, (data) => data["session"] = `${BACK}${folder}`);
  },
  "a history that leads out": ({ session, file }) => {
    const path = join(session, "log.jsonl");
    const event = JSON.parse(readFileSync(path, "utf8").split("\n")[0] ?? "");
    const history = { sha256: `${BACK}${file}`, lines: 1, bytes: 1 };
    const seed = { ...event.data, status: "active", phase: "PLAN", phases: {}, name: null };
    writeFileSync(
      path,
      JSON.stringify({
        ...event,
        v: 2,
        type: "session_imported",
        data: { ...event.data, seed, source: {}, history },
      }) + "\n",
    );
    rmSync(join(session, "state.json"));
  },
  "the project's own branch as the state branch": ({ state }) =>
    writeFileSync(join(state, "config.yaml"), "state_branch: main\nweb_mode: true\n"),
  "a branch of the attacker's": ({ state }) =>
    writeFileSync(join(state, "config.yaml"), "state_branch: theirs\nweb_mode: true\n"),
  "a branch that is an option of git's": ({ state }) =>
    writeFileSync(join(state, "config.yaml"), 'state_branch: "--upload-pack=touch x"\n'),
  "another server": ({ state, evil }) =>
    writeFileSync(join(state, "config.yaml"), `state_remote: ${evil}\nweb_mode: true\n`),
  "a remote that runs a command": ({ state, folder }) =>
    writeFileSync(
      join(state, "config.yaml"),
      `state_remote: "ext::sh -c touch% ${folder}/ran"\nweb_mode: true\n`,
    ),
  "a remote that is an option of git's": ({ state }) =>
    writeFileSync(join(state, "config.yaml"), 'state_remote: "--upload-pack=touch x"\n'),
  "a definition elsewhere": ({ state, file }) =>
    writeFileSync(join(state, "config.yaml"), `workflow_file: ${file}\n`),
  "unfinished work of another process": ({ state, session, id, folder, root }) => {
    cpSync(session, join(state, "sessions", `.replacing-${id}`), { recursive: true });
    mkdirSync(join(state, ".tmp-x"));
    writeFileSync(join(state, ".tmp-x", "file"), "x");
    mkdirSync(join(session, ".tmp-y"));
    writeFileSync(join(session, ".tmp-y", "file"), "x");
    writeFileSync(
      join(state, "migration.json"),
      JSON.stringify({
        format: 1,
        operation: "migrate",
        phase: "committed",
        started: "2026-01-01T00:00:00Z",
        tool: "0.1.0",
        backup: `${BACK}${folder}`,
        staging: `${BACK}${folder}`,
        before: { directory: false, lock: false, gitignore: false, meta: false },
      }),
    );
    mkdirSync(join(state, ".staging-import-x"));
    writeFileSync(join(state, ".staging-import-x", "plan.json"), "{}");
    writeFileSync(join(root, ".orchestrator", "lock"), `{"pid":1}`);
  },
};

/** What no repository carries, but an unpacked archive does: put into the clone itself. */
const PIPES: Readonly<Record<string, (attack: Attack) => void>> = {
  "pipes at all files": (attack) => {
    for (const path of FILES) pipe(path(attack));
  },
  "a pipe at the journal": ({ session }) => pipe(join(session, "log.jsonl")),
  "a pipe at the state": ({ session }) => pipe(join(session, "state.json")),
  "a pipe at the repository's lock": ({ state }) => pipe(join(state, "lock")),
  "a pipe at the session's lock": ({ session }) => pipe(join(session, "lock")),
  "a pipe at the configuration": ({ state }) => pipe(join(state, "config.yaml")),
  "pipes at the definition and the old files": ({ root }) => {
    pipe(join(root, "workflow.yaml"));
    pipe(join(root, ".workflow_state.json"));
    pipe(join(root, ".workflow_log.jsonl"));
  },
};

function pipe(path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  assert.equal(spawnSync("mkfifo", [path]).status, 0);
}

/** The attacker's repository as it is before a trick, made once. */
async function seed(scratch: Scratch): Promise<string> {
  scratch.write("workflow.yaml", WORKFLOW);
  git(scratch.root, "init", "--quiet", "--initial-branch=main");
  const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
  for (const argv of [["init", "--portable"], ["start", "Their task"], ["note", "one"]]) {
    const { code, stderr } = await runInProcess(argv, surroundings);
    assert.equal(code, 0, stderr);
  }
  const [id = ""] = readdirSync(scratch.path(".orchestrator/sessions"));
  return id;
}

/** A person's machine with a clone in which a trick lies. */
class World implements Disposable {
  readonly scratch = new Scratch();
  readonly clone: string;
  readonly server: string;
  readonly evil: string;
  readonly folder: string;

  constructor(
    from: string,
    id: string,
    trick: {
      readonly committed?: (attack: Attack) => void;
      readonly there?: (attack: Attack) => void;
    },
  ) {
    const { top, home } = this.scratch;
    this.clone = join(top, "clone");
    this.server = join(top, "server.git");
    this.evil = join(top, "evil.git");
    this.folder = join(top, "outside");
    mkdirSync(join(this.folder, "deep"), { recursive: true });
    mkdirSync(join(top, "out"));
    const file = join(this.folder, "precious.yaml");
    for (const path of [file, join(this.folder, "deep", "file"), join(home, "file")]) {
      writeFileSync(path, `actor: ${PRIVATE}\n`);
    }
    const attacker = join(top, "attacker");
    cpSync(from, attacker, { recursive: true });
    const attack = (root: string): Attack => ({
      root,
      state: join(root, ".orchestrator"),
      session: join(root, ".orchestrator/sessions", id),
      id,
      file,
      folder: this.folder,
      evil: this.evil,
    });
    trick.committed?.(attack(attacker));
    for (const bare of [this.server, this.evil]) {
      git(top, "init", "--quiet", "--bare", "--initial-branch=main", bare);
    }
    git(attacker, "add", "--force", "--all");
    git(attacker, "commit", "--quiet", "-m", "Nothing to see");
    git(attacker, "push", "--quiet", this.server, "main");
    rmSync(attacker, { recursive: true });
    git(top, "clone", "--quiet", this.server, this.clone);
    trick.there?.(attack(this.clone));
  }

  /** What lies outside the clone, but for git's servers and what is exported. */
  outside(): Map<string, string> {
    const ours =
      /^(?:\.|home(?:\/\.(?:local|cache)(?:\/.*)?)?|(?:clone|server\.git|out)(?:\/.*)?)$/;
    return new Map([...readTree(this.scratch.top)].filter(([path]) => !ours.test(path)));
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** Everything that a repository holds. */
function contents(bare: string): string {
  const objects = git(bare, "rev-list", "--objects", "--all").split("\n")
    .map((line) => line.split(" ")[0] ?? "").filter((id) => id !== "");
  const sizes = new Map(
    git(bare, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)")
      .split("\n").map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]),
  );
  return objects.filter((id) => (sizes.get(id) ?? 0) < MEBIBYTE)
    .map((id) => spawnSync("git", ["-C", bare, "cat-file", "-p", id]).stdout.toString("latin1"))
    .join("\n");
}

async function survives(world: World): Promise<void> {
  const program = await executable();
  const env = scratchEnvironment(world.scratch);
  const before = world.outside();
  const main = git(world.server, "rev-parse", "main");
  for (const argv of COMMANDS) {
    const run = await peakOf(program, argv, { cwd: world.clone, env, timeoutMs: TIMEOUT_MS });
    const shown = `${argv.join(" ")}: code ${run.code}, ${Math.round(run.bytes / MEBIBYTE)} MiB\n${
      run.stdout.slice(0, 2000)
    }\n${run.stderr.slice(0, 2000)}`;
    assert.ok(!run.hung, `hangs: ${shown}`);
    assert.ok(run.bytes < MOST, `takes memory: ${shown}`);
    assert.ok(run.code < 70, `crashes: ${shown}`);
    assert.deepEqual(harmIn(run.stdout + run.stderr), [], shown);
    assert.ok(!(run.stdout + run.stderr).includes(PRIVATE), `tells what is private: ${shown}`);
    assert.deepEqual(compareTrees(before, world.outside()), [], `writes outside: ${shown}`);
  }
  assert.equal(git(world.server, "rev-parse", "main"), main);
  const branches = git(world.server, "for-each-ref", "--format=%(refname)").split("\n");
  for (const branch of branches) {
    assert.match(branch, /^refs\/heads\/(?:main|orchestrator-state-[a-z2-7]{26})$/);
  }
  assert.equal(git(world.evil, "for-each-ref"), "");
  assert.ok(!contents(world.server).includes(PRIVATE), "publishes what is private");
  const archive = join(world.scratch.top, "out/state.tar.gz");
  const { stdout } = spawnSync("tar", ["-xzOf", archive], { maxBuffer: 1024 * MEBIBYTE });
  assert.ok(!stdout.includes(PRIVATE), "exports what is private");
}

const ignore = !executableAvailable || Deno.build.os !== "linux" ||
  spawnSync("git", ["--version"]).error !== undefined;

let seeded: { readonly scratch: Scratch; readonly id: Promise<string> } | undefined;

/** Made for the first test, and kept for the others. */
async function seedOnce(): Promise<{ readonly root: string; readonly id: string }> {
  if (seeded === undefined) {
    const scratch = new Scratch();
    globalThis.addEventListener("unload", () => scratch[Symbol.dispose]());
    seeded = { scratch, id: seed(scratch) };
  }
  return { root: seeded.scratch.root, id: await seeded.id };
}

const tricks = [
  ...Object.entries(TRICKS).map(([name, committed]) => [name, { committed }] as const),
  ...Object.entries(PIPES).map(([name, there]) => [name, { there }] as const),
];
for (const [name, trick] of tricks) {
  // Git takes seconds to carry a file of 100 MB; one of them is always looked at.
  const isSlow = name.includes("100 MB") && name !== "a journal with a line of 100 MB";
  (isSlow ? slowTest : Deno.test)({
    name: `a hostile clone gets nothing: ${name}`,
    ignore,
    async fn() {
      const { root, id } = await seedOnce();
      using world = new World(root, id, trick);
      await survives(world);
    },
  });
}
