/**
 * Moving over and going back: the commands that may be cut off, and what must be found afterwards.
 * @module
 */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { repositoryOf } from "../unit/migration/old_repository.ts";
import { Repository } from "./repository.ts";

/** A few files of each kind: every step of a migration happens once or twice. */
const FILES = [
  ".workflow_state.json",
  ".workflow_log.jsonl",
  ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json",
  ".workflow_process_feedback.jsonl",
  ".secrets.enc",
  ".orchestrator.yaml",
  "workflow.yaml",
  ".manus/secrets.enc.yaml",
  ".claude/prd_state.json",
];

/** When all originals were changed last, in seconds. */
export const ORIGINAL_MTIME = 1_700_000_100;

/** A command that may be cut off, and how a repository gets there. */
export interface MigrationCase {
  readonly name: string;
  readonly generation: number;
  /** Run undisturbed before. */
  readonly before: readonly (readonly string[])[];
  readonly argv: readonly string[];
}

export const MIGRATION_CASES: readonly MigrationCase[] = [
  { name: "migrate scattered files", generation: 4, before: [], argv: ["migrate", "--yes"] },
  { name: "migrate old sessions", generation: 8, before: [], argv: ["migrate", "--yes"] },
  {
    name: "migrate --rollback to scattered files",
    generation: 4,
    before: [["migrate", "--yes"]],
    argv: ["migrate", "--rollback", "--yes"],
  },
  {
    name: "migrate --rollback to old sessions",
    generation: 8,
    before: [["migrate", "--yes"]],
    argv: ["migrate", "--rollback", "--yes"],
  },
  {
    name: "migrate --auto-rollback",
    generation: 4,
    before: [],
    argv: ["migrate", "--yes", "--auto-rollback"],
  },
  {
    name: "import-legacy",
    generation: 4,
    before: [],
    argv: ["import-legacy", "../elsewhere", "--name", "brought"],
  },
];

/** What must be found again. */
export interface Aftermath {
  readonly one: MigrationCase;
  /** {@link statTreeOf} the repository before anything was moved, and what `status` said. */
  readonly original: ReadonlyMap<string, string>;
  readonly standing: string;
}

/**
 * Looks at a repository in which a command was cut off, moves over again and goes back.
 * @returns sentences about what is wrong.
 */
export async function lookAfterMigration(
  repository: Repository,
  { one, original, standing }: Aftermath,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const after = await migrationStanding(repository);
  if (after !== standing && one.argv[0] !== "import-legacy") {
    problems.push(`status shows ${after}, not ${standing}`);
  }
  if (one.argv[0] === "import-legacy") {
    const again = await repository.run(one.argv);
    // The name is taken where only the answer was lost.
    if (again.code !== 0) problems.push(`import again ended with ${again.code}: ${again.stderr}`);
    const verified = await repository.run(["log", "verify", "--all"]);
    if (verified.code !== 0) problems.push(`log verify: ${verified.stderr}`);
    return problems;
  }
  const moved = await repository.run(["migrate", "--yes", "--json"]);
  if (moved.code !== 0) return [`migrate ended with ${moved.code}: ${moved.stderr}`];
  const complete = readFileSync(`${repository.root}/.orchestrator/.migration_complete`, "utf8");
  const { files } = JSON.parse(complete) as { files: { from: string; to: string }[] };
  const now = statTreeOf(repository.root);
  for (const { from, to } of files) {
    if (hashOf(now.get(to)) !== hashOf(original.get(from))) problems.push(`${to} is not ${from}`);
    if (now.has(from)) problems.push(`${from} is still there`);
  }
  for (const path of now.keys()) {
    // The next command that locks the repository removes these; with nothing to move, none ran.
    if (/^\.orchestrator\/\.tmp-/.test(path)) continue;
    if (/(?:^|\/)\.(?:tmp|staging|removed)-|\/migration\.json$/.test(path)) {
      problems.push(`${path} was left`);
    }
  }
  if (await migrationStanding(repository) !== standing) {
    problems.push("status differs after migrate");
  }
  const back = await repository.run(["migrate", "--rollback", "--yes"]);
  if (back.code !== 0) problems.push(`rollback ended with ${back.code}: ${back.stderr}`);
  problems.push(...differences(original, statTreeOf(repository.root)));
  return problems;
}

/** Makes a repository of an old generation. */
export function fill(root: string, generation: number): void {
  const files = repositoryOf(generation);
  const scratch = { write: new Repository(root, "", "") };
  for (const [path, content] of Object.entries(files)) {
    if (!FILES.includes(path) && !/^\.orchestrator\/(?!worktrees)/.test(path)) continue;
    scratch.write.write(path, typeof content === "string" ? content : "Salted__bytes");
  }
  Deno.mkdirSync(`${root}/.git`);
  if (generation < 5) chmodSync(`${root}/.workflow_state.json`, 0o640);
  for (const path of [...statTreeOf(root).keys()].reverse()) {
    utimesSync(`${root}/${path}`, ORIGINAL_MTIME, ORIGINAL_MTIME);
  }
}

/** The session and what is done, as `status` says. */
export async function migrationStanding(repository: Repository): Promise<string> {
  const { code, stdout, stderr } = await repository.run(["status", "--json"]);
  if (code !== 0) return `exit ${code}: ${stderr}`;
  const { data } = JSON.parse(stdout);
  return JSON.stringify([data.session, data.task, data.phase, data.progress, data.items]);
}

/** Every file and folder with its mode and content, and the files' times; `.git` is left out. */
export function statTreeOf(root: string): ReadonlyMap<string, string> {
  const tree = new Map<string, string>();
  const walk = (path: string): void => {
    for (const name of readdirSync(`${root}/${path}`).sort()) {
      if (name === ".git") continue;
      const inner = path === "" ? name : `${path}/${name}`;
      const stats = lstatSync(`${root}/${inner}`);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isDirectory()) {
        tree.set(inner, `folder ${mode}`);
        walk(inner);
        continue;
      }
      const hash = createHash("sha256").update(readFileSync(`${root}/${inner}`)).digest("hex");
      tree.set(inner, `file ${mode} ${Math.round(stats.mtimeMs)} ${hash}`);
    }
  };
  walk("");
  return tree;
}

function hashOf(described: string | undefined): string | undefined {
  return described?.split(" ").at(-1);
}

/** Sentences about what is not as it was. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    // A command that ran before created the lock, which stays as long as its folder.
    .filter((path) => path !== ".orchestrator/lock")
    .map((path) =>
      `${path} is ${after.get(path) ?? "absent"}, was ${before.get(path) ?? "absent"}`
    );
}
