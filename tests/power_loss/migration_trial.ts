/**
 * Moving over and going back as trials: `status` shows the same workflow in whatever a power cut has
 * left, the next command finishes or undoes it, and all originals come back, byte for byte.
 * @module
 */
import { cpSync, mkdirSync } from "node:fs";
import {
  fill,
  lookAfterMigration,
  type MigrationCase,
  migrationStanding,
  statTreeOf,
} from "../crash/migration_cases.ts";
import { Repository } from "../crash/repository.ts";
import { executable } from "../harness/executable.ts";
import { FastRepository } from "./scenario_trial.ts";
import type { Judge, Trial } from "./trial.ts";

/** A case of moving over as a trial. */
export function migrationTrialOf(one: MigrationCase): Trial {
  return {
    name: one.name,
    prepare: async (scratch) => {
      for (const folder of ["prepared", "home"]) mkdirSync(`${scratch}/${folder}`);
      const repository = new Repository(
        `${scratch}/prepared`,
        await executable(),
        `${scratch}/home`,
      );
      fill(repository.root, one.generation);
      cpSync(repository.root, `${scratch}/elsewhere`, {
        recursive: true,
        preserveTimestamps: true,
      });
      const original = statTreeOf(repository.root);
      const standing = await migrationStanding(repository);
      for (const argv of one.before) await repository.must(...argv);
      const done = (): Promise<Judge> => {
        const after = statTreeOf(repository.root);
        return Promise.resolve(async ({ answered }, root, { closely }) => {
          const problems = answered ? broken(after, statTreeOf(root)) : [];
          const left = new (closely ? Repository : FastRepository)(
            root,
            repository.executable,
            `${scratch}/home`,
          );
          const found = await lookAfterMigration(left, { one, original, standing });
          return [...problems, ...found.filter((problem) => !HARMLESS.test(problem))];
        });
      };
      return { repository, argv: one.argv, done };
    },
  };
}

/** Times of folders and what is in locks are no more than courtesy. */
const HARMLESS = / is folder \d+, was absent$/;

/** What was answered and is not there. What is derived may be lost. */
function broken(
  after: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly string[] {
  return [...after].flatMap(([path, entry]) =>
    now.get(path) === entry || /(?:^|\/)(?:lock|state\.json)$/.test(path)
      ? []
      : [`it was answered, but ${path} is ${now.get(path) ?? "absent"}, not ${entry}`]
  );
}
