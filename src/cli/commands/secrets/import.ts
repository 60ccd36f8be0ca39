/**
 * `orchestrator secrets import`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { shownPath } from "../../../project/shown_path.ts";
import { findInFolder, otherSpelling, writeSecret } from "../../../secrets/folder.ts";
import { isUsedByPrograms } from "../../../secrets/name.ts";
import { type OldStore, trackedError } from "../../../secrets/store.ts";
import { foldedName } from "../../../state_layout/grammar.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { columns } from "../../output/text.ts";
import { secretStore } from "../../secrets/store.ts";
import { chooseLock, sealed, secretTarget, withSecretsLock } from "../../secrets/target.ts";

/** Leaves out, with a warning, what would break commands that get it. */
function isUsable(context: Context, name: string): boolean {
  if (!isUsedByPrograms(name)) return true;
  context.warn(`${name} was not imported: programs use a variable of this name for something else`);
  return false;
}

interface Imported {
  readonly name: string;
  readonly from: string;
  /** `kept`: there is another secret of this name. `clashes`: of one that differs in capitals only. */
  readonly outcome: "imported" | "replaced" | "same" | "kept" | "clashes";
}

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets import">> {
  const store = await secretStore(context, input);
  const target = secretTarget(input, store);
  const olds = store.oldStores();
  if (olds.length === 0) {
    throw new OrchestratorError(
      "secret_unknown",
      "Cannot import secrets: there is no .secrets.enc and no secrets.enc.yaml",
      { hint: "Run `orchestrator secrets set <name>`" },
    );
  }
  const dry = input.has("dry-run");
  const lock = dry ? null : await chooseLock(context, input, "import secrets");
  // Everything is opened before anything is written.
  const found = new Map(
    [...await openAll(store, olds)].filter(([name]) => isUsable(context, name)),
  );
  const contents = new Map<string, Awaited<ReturnType<typeof sealed>>>();
  if (!dry) {
    for (const [name, { value }] of found) contents.set(name, await sealed(context, value, lock));
  }
  const work = async () => {
    const imported: Imported[] = [];
    for (const [name, { value, from }] of found) {
      const file = findInFolder(target.folder, name);
      for (const form of [name, `${name}.age`]) {
        if (await store.isTracked(target.folder.directory, form) === true) {
          throw trackedError(name, shownPath(context.paths, `${target.folder.directory}/${form}`));
        }
      }
      const present = file === null ? null : await store.read(name, {
        source: target.source,
        form: file.form,
        where: shownPath(context.paths, file.path),
        tracked: false,
      });
      const other = otherSpelling(target.folder, name) ??
        spelledLike(name, imported.map((secret) => secret.name));
      const outcome = other !== null
        ? "clashes"
        : present === null
        ? "imported"
        : present.value === value
        ? "same"
        : input.has("replace")
        ? "replaced"
        : "kept";
      const content = contents.get(name);
      if (content !== undefined && (outcome === "imported" || outcome === "replaced")) {
        writeSecret(target.folder, name, content);
      }
      if (other !== null) {
        context.warn(
          `${name} was not imported: ${other} exists, and many systems do not distinguish the two names`,
        );
      }
      imported.push({ name, from, outcome });
    }
    return imported;
  };
  const imported = dry
    ? await work()
    : await withSecretsLock(context, target, "secrets import", work);
  if (imported.some(({ outcome }) => outcome === "kept")) {
    context.warn(
      "Existing secrets with different values were kept; use --replace to overwrite them",
    );
  }
  return {
    data: {
      dryRun: dry,
      directory: target.folder.directory,
      files: olds.map(({ path }) => path),
      secrets: imported,
    },
    text: (style) =>
      lines([
        columns(imported.map(({ name, from, outcome }) => {
          const mark = outcome === "kept" || outcome === "clashes"
            ? style.yellow(style.symbols.bullet)
            : style.green(style.symbols.done);
          const would = dry && (outcome === "imported" || outcome === "replaced");
          return [
            say`${mark} ${shown(name)}`,
            would ? say`would be ${shown(outcome)}` : shown(outcome),
            style.dim(say`from ${shown(from)}`),
          ];
        })),
        style.dim(
          olds.length === 1 ? say`The old file was kept.` : say`The old files were kept.`,
        ),
      ]),
  };
}

/** One of the names that differs from `name` in capitals only; null when none does. */
function spelledLike(name: string, names: readonly string[]): string | null {
  return names.find((other) => other !== name && foldedName(other) === foldedName(name)) ?? null;
}

/** All old secrets by name; of two files with the same name the first. */
async function openAll(
  store: { open(old: OldStore): Promise<ReadonlyMap<string, string>> },
  olds: readonly OldStore[],
): Promise<ReadonlyMap<string, { readonly value: string; readonly from: string }>> {
  const found = new Map<string, { readonly value: string; readonly from: string }>();
  for (const old of olds) {
    for (const [name, value] of await store.open(old)) {
      if (!found.has(name)) found.set(name, { value, from: old.where });
    }
  }
  return found;
}
