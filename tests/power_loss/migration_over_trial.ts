/**
 * Moving over into a project that is there already, and whose session the old state replaces.
 * @module
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { fill } from "../crash/migration_cases.ts";
import { pictureOf, Repository, treeOf } from "../crash/repository.ts";
import { executable } from "../harness/executable.ts";
import { FastRepository } from "./scenario_trial.ts";
import type { Judge, Trial } from "./trial.ts";

const ARGV = ["migrate", "--yes", "--force-from-old"];

export const MIGRATION_OVER: Trial = {
  name: "migrate --force-from-old over a session that moved on",
  prepare: async (scratch) => {
    for (const folder of ["prepared", "home"]) mkdirSync(`${scratch}/${folder}`);
    const home = `${scratch}/home`;
    const repository = new Repository(`${scratch}/prepared`, await executable(), home);
    fill(repository.root, 4);
    const originals = hashesOf(repository.root);
    await repository.must("note", "The session moves on");
    const secret = await repository.run(["secrets", "set", "KEY"], {}, "made-up");
    if (secret.code !== 0) throw new Error(secret.stderr);
    const { sessions } = pictureOf(repository.root);
    const [[id, session] = ["", undefined]] = Object.entries(sessions);
    const lines = session?.lines ?? [];
    const done = (): Promise<Judge> =>
      Promise.resolve(async (_, root, { closely }) => {
        const left = new (closely ? Repository : FastRepository)(root, repository.executable, home);
        return [
          ...gone(originals, root),
          ...lines.filter((line) => !journalsOf(root).includes(line)).map(() => "an event is gone"),
          ...await goThereAndBack(left, { originals, id, lines }),
        ];
      });
    return { repository, argv: ARGV, done };
  },
};

/** The next change works, moving over works, and going back brings all back. */
async function goThereAndBack(
  repository: Repository,
  { originals, id, lines }: {
    readonly originals: ReadonlyMap<string, string>;
    readonly id: string;
    readonly lines: readonly string[];
  },
): Promise<readonly string[]> {
  for (
    const argv of [
      ["status"],
      ["start", "Another", "--name", "another"],
      ["log", "verify", "--all"],
      ARGV,
      ["log", "verify", "--all"],
      ["migrate", "--rollback", "--yes", "--keep-new"],
      ["log", "verify", "--all"],
    ]
  ) {
    const { code, stderr } = await repository.run(argv);
    if (code !== 0) return [`${argv.join(" ")} ended with ${code}: ${stderr}`];
  }
  const problems: string[] = [];
  const now = hashesOf(repository.root);
  for (const [path, hash] of originals) {
    if (now.get(path) !== hash) problems.push(`${path} did not come back`);
  }
  const back = pictureOf(repository.root).sessions[id]?.lines ?? [];
  if (lines.some((line, index) => back[index] !== line)) problems.push("the session is another");
  return problems;
}

/** Originals whose content is nowhere. */
function gone(originals: ReadonlyMap<string, string>, root: string): readonly string[] {
  const there = new Set(hashesOf(root).values());
  return [...originals].filter(([, hash]) => !there.has(hash)).map(([path]) => `${path} is lost`);
}

function journalsOf(root: string): string {
  return [...treeOf(root).keys()].filter((path) => path.endsWith("/log.jsonl"))
    .map((path) => readFileSync(`${root}/${path}`, "utf8")).join("");
}

function hashesOf(root: string): ReadonlyMap<string, string> {
  return new Map(
    [...treeOf(root)].flatMap(([path, content]) =>
      content === "directory"
        ? []
        : [[path, createHash("sha256").update(content, "latin1").digest("hex")] as const]
    ),
  );
}
