/**
 * Nothing is left behind unsaid: a file of every row of the table, under names that the table's own
 * grammar makes, arrives on another machine byte for byte, or is named in what was left out.
 */
import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import type { LeftOut } from "../../../src/snapshot/left_out.ts";
import type { LayoutEntry } from "../../../src/state_layout/entry.ts";
import { ANYWHERE } from "../../../src/state_layout/grammar.ts";
import { LIMITS } from "../../../src/state_layout/limits.ts";
import { KEYS, MIGRATION, UNFINISHED } from "../../../src/state_layout/names.ts";
import { LAYOUT } from "../../../src/state_layout/table.ts";
import { git, makeBare, refuseBranches } from "../../harness/git_server.ts";
import { pathsOf } from "../../harness/layout_names.ts";
import { type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { readTree } from "../../harness/tree.ts";

const WORKFLOW = `name: Tiny
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
`;

/** A secret that is none. */
const HUGE = "HUGE";

/** How many names of each row. */
const NAMES = 6;

/** A clone of the project on a machine of its own. */
class Machine implements Disposable {
  readonly scratch = new Scratch();

  constructor(bare: string) {
    git(this.scratch.top, "clone", "--quiet", bare, this.scratch.root);
  }

  get state(): string {
    return this.scratch.path(".orchestrator");
  }

  /** Runs a command, which must succeed. @returns the `data` of its JSON answer. */
  async must(...argv: string[]): Promise<Readonly<Record<string, unknown>>> {
    const result: Result = await runInProcess([...argv, "--json"], {
      cwd: this.scratch.root,
      env: scratchEnvironment(this.scratch),
    });
    assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
    return JSON.parse(result.stdout).data;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** A way to take state from one machine to another. */
interface Way {
  readonly name: string;
  readonly init?: readonly string[];
  /** @returns what it says it left out. */
  readonly take: (here: Machine, there: Machine, bare: string) => Promise<readonly LeftOut[]>;
}

/** @param options of the export; `--encrypt` stands for a recipient, which is quicker. */
function snapshot(...options: string[]): Way["take"] {
  return async (here, there) => {
    const file = join(here.scratch.top, "state.snapshot");
    const identity = await generateX25519Identity();
    const identityFile = join(here.scratch.top, "identity");
    writeFileSync(identityFile, `${identity}\n`);
    const encrypted = options.includes("--encrypt");
    const recipient = encrypted ? ["--recipient", await identityToRecipient(identity)] : [];
    const chosen = [...options.filter((option) => option !== "--encrypt"), ...recipient];
    const exported = await here.must("snapshot", "export", "-o", file, ...chosen);
    const opening = encrypted ? ["--identity", identityFile] : [];
    const { placed } = await there.must("snapshot", "import", file, ...opening) as {
      readonly placed: { readonly kept: readonly string[] };
    };
    assert.deepEqual(placed.kept, []);
    return exported["leftOut"] as readonly LeftOut[];
  };
}

const WAYS: readonly Way[] = [
  { name: "snapshot", take: snapshot() },
  { name: "encrypted snapshot without secrets", take: snapshot("--encrypt") },
  { name: "encrypted snapshot", take: snapshot("--encrypt", "--include-secrets") },
  {
    name: "state branch",
    async take(here, there) {
      const pushed = await here.must("state", "push");
      assert.equal(pushed["carrier"], "branch");
      await there.must("state", "pull", "--all");
      return pushed["leftOut"] as readonly LeftOut[];
    },
  },
  {
    name: "git",
    init: ["init", "--portable"],
    async take(here, there, bare) {
      refuseBranches(bare, "*orchestrator*");
      git(here.scratch.root, "add", "--all");
      git(here.scratch.root, "commit", "--quiet", "-m", "state");
      git(here.scratch.root, "push", "--quiet", "origin", "HEAD:main");
      const pushed = await here.must("state", "push");
      assert.equal(pushed["carrier"], "portable");
      git(there.scratch.root, "pull", "--quiet", "origin", "main");
      return pushed["leftOut"] as readonly LeftOut[];
    },
  },
];

/** Files that are there in any case, or would have to be what they say. */
const NOT_PLANTED: ReadonlySet<string> = new Set([
  KEYS.meta,
  KEYS.gitignore,
  KEYS.gitattributes,
  KEYS.current,
  "lock",
  MIGRATION.journal,
]);

/** Puts a file of every row there, and some that no row has. */
function plant(state: string, session: string, seed: number): void {
  for (const entry of LAYOUT) {
    if (NOT_PLANTED.has(entry.path)) continue;
    if (entry.kind === "unfinished") {
      write(state, unfinishedName(entry, session), entry);
      continue;
    }
    for (const path of fc.sample(pathsOf(entry), { numRuns: NAMES, seed })) {
      // Of the session that is there, but for one whose folder has no journal.
      const name = path.replace(/^sessions\/[a-z2-7]{13}\//, `sessions/${session}/`);
      write(state, name, entry);
      if (name !== path && entry.kind !== "journal") {
        write(state, path, entry);
        break;
      }
    }
  }
  // More than is ever read of a secret, or of feedback.
  writeFileSync(join(state, "secrets", HUGE), new Uint8Array(LIMITS.secret + 1));
  for (const name of ["notes.txt", "Folder/Some file.md", `sessions/${session}/extra`]) {
    write(state, name);
  }
  if (Deno.build.os !== "windows") {
    for (
      const name of [
        "migration_backup/a:b",
        "archive/a:b",
        "archive/con.txt",
        "secrets/deep/er",
        "prd/x ",
        "LOCK",
      ]
    ) {
      write(state, name);
    }
    mkdirSync(join(state, "prd"), { recursive: true });
    symlinkSync("../current", join(state, "prd", "link"));
  }
}

/** Where a process that died would have left it. */
function unfinishedName({ path }: LayoutEntry, session: string): string {
  const name = path.slice(path.startsWith(ANYWHERE) ? ANYWHERE.length : 0).replace("<rest>", "");
  if (name === UNFINISHED.temporary) return `sessions/${session}/${name}1-abc`;
  if (name === UNFINISHED.removed) return `sessions/${name}${session}-abc`;
  const folder = path.startsWith(ANYWHERE) ? "sessions/" : "";
  return `${folder}${name}${folder === "" ? "abc" : OTHER_SESSION}/content`;
}

/** A session that is nowhere. */
const OTHER_SESSION = "abcdefghijk23";

function write(state: string, name: string, entry?: LayoutEntry): void {
  const path = join(state, name);
  // What stands there is what this machine made itself, or a folder of another name.
  if (existsSync(path)) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contentFor(name, entry?.kind ?? "file"));
  } catch (error) {
    // A file is where the folder would be; or the name is too long together with its folders.
    if (!(error instanceof Error && /ENOTDIR|EEXIST|ENAMETOOLONG/.test(error.message))) throw error;
  }
}

function contentFor(name: string, kind: LayoutEntry["kind"]): Uint8Array {
  const text = kind === "lines" || kind === "journal"
    ? `${JSON.stringify({ a: name })}\n${JSON.stringify({ b: "last" })}\n`
    : kind === "json"
    ? JSON.stringify({ format: 1, of: name })
    : kind === "text"
    ? `# ${name}\n`
    : `\u0000${name}\r\n`;
  return new TextEncoder().encode(text);
}

/** What neither arrived nor was named. */
function unsaid(here: Machine, there: Machine, left: readonly LeftOut[]): readonly string[] {
  const named = new Set(left.flatMap(({ names }) => names));
  return [...readTree(here.state).keys()].filter((name) => {
    const from = join(here.state, name);
    if (lstatSync(from).isDirectory() || named.has(name.split("\\").join("/"))) return false;
    const to = join(there.state, name);
    if (lstatSync(to, { throwIfNoEntry: false }) === undefined) return true;
    if (lstatSync(from).isSymbolicLink()) return !lstatSync(to).isSymbolicLink();
    return !readFileSync(from).equals(readFileSync(to));
  });
}

for (const way of WAYS) {
  Deno.test(`a file of every kind arrives, or is named: ${way.name}`, async () => {
    const seed = Number(Deno.env.get("TOTALITY_SEED") ?? Date.now() % 2 ** 31);
    using server = new Scratch();
    const bare = makeBare(server.top);
    using here = new Machine(bare);
    using there = new Machine(bare);
    here.scratch.write("workflow.yaml", WORKFLOW);
    if (way.init !== undefined) await here.must(...way.init);
    // A removal that was recorded raises the format, as planted records alone would not.
    await here.must("start", "Gone", "--name", "gone");
    await here.must("session", "end", "gone", "--reason", "It was only begun for its end");
    await here.must("session", "remove", "gone", "--yes");
    await here.must("start", "Everything");
    await here.must("feedback", "tool", "add", "It is fine");
    const session = readFileSync(join(here.state, KEYS.current), "utf8").trim();
    plant(here.state, session, seed);
    const left = await way.take(here, there, bare);
    assert.deepEqual(unsaid(here, there, left), [], `seed ${seed}`);
    // What a carrier takes by the table it took: nothing changed meanwhile.
    for (const { what, why, names } of left) {
      if (what.startsWith("migration_backup/")) assert.equal(why, "way back");
      const expected = why === "size" ? names.join() === `secrets/${HUGE}` : true;
      assert.ok(expected && !["not taken", "unreadable"].includes(why), `${what}: ${why} ${names}`);
      for (const name of names) {
        assert.ok(
          !existsSync(join(there.state, name)) || what === name || isMadeThere(name),
          `${name} is said to be left out and arrived`,
        );
      }
    }
  });
}

/** What every machine makes itself. */
function isMadeThere(name: string): boolean {
  return /^(?:lock|current|\.gitignore|\.gitattributes|sessions\/[^/]+\/(?:lock|state\.json)|secrets\/\.gitignore)$/
    .test(name);
}
