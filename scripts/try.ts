/**
 * `deno task try`: builds the executable for this machine, takes a scratch repository through a whole
 * workflow with it, showing every command, loses that machine, and says how to put the executable on
 * the PATH.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Engine, isWindows } from "../src/platform/runtime.ts";
import { runBelowNoAgent } from "./below_no_agent.ts";
import { addShortName, compile, type Compiled } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";
import { buildOf } from "./release/build_stamp.ts";
import { bold, play, quoted, TryError } from "./try_play.ts";
import { STORY } from "./try_story.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

const NAMES: Readonly<Record<Engine, string>> = { bun: "Bun", deno: "Deno" };

/** Builds the executable; `compile` runs it and compares what it says of itself. */
async function build(engine: Engine, outdir: string): Promise<Compiled> {
  if (engine === "bun") ensureBun((line) => console.log(line));
  return await compile({ engine, outdir, build: buildOf(ROOT) });
}

/** How to put the executable on the PATH, for the shell that is in use. */
export function pathAdvice(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  windows: boolean,
): string {
  const directory = dirname(program);
  if (windows) {
    return `[Environment]::SetEnvironmentVariable("Path", "${directory};" + ` +
      `[Environment]::GetEnvironmentVariable("Path", "User"), "User")`;
  }
  const shell = basename(env["SHELL"] ?? "sh");
  if (shell === "fish") return `fish_add_path ${quoted(directory)}`;
  const startup = shell === "zsh" ? "~/.zshrc" : shell === "bash" ? "~/.bashrc" : "~/.profile";
  return `echo 'export PATH="${directory}:$PATH"' >> ${startup}`;
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: "string", default: "bun" },
      outdir: { type: "string", default: join(ROOT, "dist") },
    },
  });
  const { engine } = values;
  if (engine !== "deno" && engine !== "bun") {
    throw new TryError(`Cannot use engine "${engine}": it is neither deno nor bun`);
  }
  console.log(
    `Builds the executable with ${NAMES[engine]}, then takes a scratch repository through a whole
workflow with it. Takes under a minute after the first download; changes nothing outside dist/ and a temporary folder.

Lines that begin with $ are what a person would type; # says why; the rest is what programs print.

Building …`,
  );
  const started = performance.now();
  const compiled = await build(engine, values.outdir);
  const program = addShortName(compiled, "orchestrator");
  console.log(
    `Built ${relative(process.cwd(), program)} with ${NAMES[engine]} (${secondsSince(started)} s)`,
  );
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-try-"));
  try {
    await play(program, scratch, STORY);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`
${bold("It works")} (${
    secondsSince(started)
  } s). To have it in every shell, put its folder on the PATH:

  ${pathAdvice(program, process.env, isWindows)}

Then open a new shell, change into a project of yours and begin:

  orchestrator start "Add login"
  orchestrator status

The tests of the project, which take about half an hour:

  npx -y deno@${Deno.version.deno} task test`);
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(0);
}

if (import.meta.main) {
  try {
    // The story has a person in it.
    const code = await runBelowNoAgent();
    if (code === null) await main(process.argv.slice(2));
    else process.exitCode = code;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
