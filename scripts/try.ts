/**
 * `deno task try`: builds the executable for this machine, takes a scratch repository through a whole
 * workflow with it, showing every command, and says how to put it on the PATH.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { isWindows } from "../src/platform/runtime.ts";
import { runBelowNoAgent } from "./below_no_agent.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { addShortName, BaseUnavailableError, compile, type Compiled } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

const EVIDENCE = JSON.stringify({
  files_reviewed: ["greet.ts", "greet_test.ts"],
  patterns_identified: ["one exported function per file"],
  concerns_raised: [],
  approach_decision: "Put the name into the greeting, with a default",
});

/** One step of the story: a command of the program, or work on the files. */
type Step =
  | {
    readonly says: string;
    readonly run: readonly string[];
    /** The exit code it must end with. Default 0. */
    readonly exit?: number;
  }
  | { readonly says: string; readonly write: string; readonly text: string };

const STORY: readonly Step[] = [
  { says: "Set the project up: its test command is found by itself", run: ["init"] },
  { says: "Open a session for a task", run: ["start", "Greet people by name"] },
  { says: "Where do we stand?", run: ["status"] },
  { says: 'Too early: exit code 7 means "no"', run: ["advance"], exit: 7 },
  {
    says: "The plan is handed in as evidence",
    run: ["complete", "write_plan", "--evidence", EVIDENCE],
  },
  {
    says: "A person approves (asked on a terminal; --yes answers at once)",
    run: ["approve", "plan_approval", "--yes"],
  },
  { says: "On to the next phase", run: ["advance"] },
  {
    says: "A developer changes greet.ts",
    write: "greet.ts",
    text: 'export function greet(name = "world"): string {\n  return `Hello, ${name}!`;\n}\n',
  },
  { says: "The change is made", run: ["complete", "implement"] },
  {
    says: "Steps that do not bind can be skipped, for a reason",
    run: ["skip", "write_tests", "--reason", "The test was there before the change"],
  },
  { says: "Review", run: ["advance"] },
  {
    says: "",
    run: ["complete", "review_changes", "--notes", "Read greet.ts; nothing found"],
  },
  { says: "", run: ["complete", "settle_findings"] },
  { says: "Learn", run: ["advance"] },
  { says: "Verify; optional items block nothing", run: ["advance"] },
  { says: "This gate runs the project's tests", run: ["complete", "tests_pass"] },
  { says: "And this its linter", run: ["complete", "lint_passes"] },
  { says: "All gates hold for the files as they are", run: ["finish"] },
  { says: "Everything that happened, in order", run: ["log"] },
  { says: "The journal is unchanged", run: ["log", "verify"] },
];

/** A small project whose test fails until the task is done. */
const PROJECT: Readonly<Record<string, string>> = {
  "deno.json": '{ "name": "greet" }\n',
  "greet.ts": 'export function greet(): string {\n  return "Hello!";\n}\n',
  "greet_test.ts":
    'import * as greeting from "./greet.ts";\n\nDeno.test("people are greeted by name", () => {\n' +
    "  const greet: (name: string) => string = greeting.greet;\n" +
    '  if (greet("Mina") !== "Hello, Mina!") throw new Error(greet("Mina"));\n});\n',
};

/** A step that did not end as it must. */
class TryError extends Error {}

const bold = (text: string) => paint(1, text);
const dim = (text: string) => paint(2, text);

function paint(code: number, text: string): string {
  const colour = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  return colour ? `\x1b[${code}m${text}\x1b[0m` : text;
}

async function build(engine: string | undefined, outdir: string): Promise<Compiled> {
  if (engine !== "bun") {
    try {
      console.log("Building the executable with Deno …");
      return await compile({ engine: "deno", outdir });
    } catch (error) {
      if (!(error instanceof BaseUnavailableError) || engine === "deno") throw error;
      console.log("Deno's base cannot be fetched here, so Bun builds it.");
    }
  }
  ensureBun((line) => console.log(line));
  return await compile({ engine: "bun", outdir });
}

function play(program: string, scratch: string): void {
  const project = join(scratch, "greet");
  const home = join(scratch, "home");
  mkdirSync(project);
  mkdirSync(home);
  for (const [name, text] of Object.entries(PROJECT)) writeFileSync(join(project, name), text);
  const clean = cleanEnvironment(process.env);
  const env = {
    ...clean,
    HOME: home,
    USERPROFILE: home,
    USER: clean["USER"] ?? clean["USERNAME"] ?? userInfo().username,
    // The scratch project's tests run with the Deno that runs this.
    PATH: [dirname(process.execPath), clean["PATH"] ?? ""].join(delimiter),
    DENO_NO_UPDATE_CHECK: "1",
    ...(process.stdout.isTTY === true ? {} : { NO_COLOR: "1" }),
    ...(process.env["TERM"] === undefined ? {} : { TERM: process.env["TERM"] }),
  };
  const run = (file: string, args: readonly string[]): number =>
    new Deno.Command(file, {
      args: [...args],
      cwd: project,
      env,
      // spawnSync of node:child_process adds this process's own variables to `env` on Deno.
      clearEnv: true,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).outputSync().code;
  try {
    run("git", ["init", "--quiet"]);
  } catch (error) {
    throw new TryError("Cannot run git: is it installed?", { cause: error });
  }
  for (const step of STORY) {
    if (step.says !== "") console.log(`\n${dim(`# ${step.says}`)}`);
    if ("write" in step) {
      writeFileSync(join(project, step.write), step.text);
      continue;
    }
    console.log(bold(`$ orchestrator ${step.run.map(quoted).join(" ")}`));
    const status = run(program, step.run);
    const wanted = step.exit ?? 0;
    if (status !== wanted) {
      throw new TryError(`That ended with exit code ${status} where ${wanted} was expected`);
    }
    if (wanted !== 0) console.log(dim(`(exit code ${wanted})`));
  }
}

/** A word as one would type it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
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
      engine: { type: "string" },
      outdir: { type: "string", default: join(ROOT, "dist") },
    },
  });
  const { engine } = values;
  if (engine !== undefined && engine !== "deno" && engine !== "bun") {
    throw new TryError(`Cannot use engine "${engine}": it is neither deno nor bun`);
  }
  const started = performance.now();
  const compiled = await build(engine, values.outdir);
  const program = addShortName(compiled, "orchestrator");
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `Built ${program} with ${compiled.engine === "deno" ? "Deno" : "Bun"} (${seconds} s)`,
  );
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-try-"));
  try {
    play(program, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`
${bold("It works.")} To have it in every shell, put its folder on the PATH:

  ${pathAdvice(program, process.env, isWindows)}

Then open a new shell, change into a project of yours and begin:

  orchestrator start "Add login"
  orchestrator status`);
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
