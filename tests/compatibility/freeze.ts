/**
 * `deno task freeze EXECUTABLE [NAME…]`: makes the repositories of `recipes.ts` with a build and keeps
 * them below `tests/fixtures/frozen/<its version>/`, with what that build says of them.
 * @module
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { Repository } from "../crash/repository.ts";
import { pack } from "./archive.ts";
import { factsOf, type RepositoryFacts } from "./facts.ts";
import { FROZEN, type Frozen } from "./thaw.ts";
import { Kitchen, type Recipe, RECIPES } from "./recipes.ts";

/** Makes one repository and packs it. */
async function freeze(
  recipe: Recipe,
  executable: string,
  archive: string,
): Promise<Readonly<Record<string, RepositoryFacts>>> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), "freeze-")));
  try {
    const folder = join(scratch, "packed");
    for (const name of ["home", "packed", "packed/home"]) mkdirSync(join(scratch, name));
    await recipe.make(new Kitchen(folder, executable));
    rmSync(join(folder, "home"), { recursive: true });
    pack(folder, archive);
    const facts: Record<string, RepositoryFacts> = {};
    for (const project of recipe.projects) {
      const repository = new Repository(join(folder, project), executable, join(scratch, "home"));
      for (const argv of recipe.settle ?? []) await repository.must(...argv);
      facts[project] = await factsOf(repository);
    }
    return facts;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (import.meta.main) {
  const [file, ...names] = process.argv.slice(2);
  if (file === undefined) {
    throw new Error("Say which executable: deno task freeze EXECUTABLE [NAME…]");
  }
  const executable = resolve(file);
  const { stdout } = new Deno.Command(executable, { args: ["--version"] }).outputSync();
  const version = new TextDecoder().decode(stdout).trim().split(" ")[1] ?? "";
  const folder = join(FROZEN, version);
  mkdirSync(folder, { recursive: true });
  const list = join(folder, "expected.json");
  const before = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) as Frozen : undefined;
  const repositories: Record<string, Readonly<Record<string, RepositoryFacts>>> = {
    ...before?.repositories,
  };
  for (const recipe of RECIPES) {
    if (names.length > 0 && !names.includes(recipe.name)) continue;
    const archive = join(folder, `${recipe.name}.tar.gz`);
    repositories[recipe.name] = await freeze(recipe, executable, archive);
    console.log(`${recipe.name}: ${recipe.what}`);
  }
  const frozen: Frozen = { version, repositories };
  writeFileSync(list, JSON.stringify(frozen, null, 1) + "\n");
}
