/**
 * Plays a story in a scratch folder: shows each command as it would be typed, runs it, and holds it to
 * how it must end.
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { userInfo } from "node:os";
import process from "node:process";
import { cleanEnvironment } from "./clean_environment.ts";
import { type Act, CLONE, GIT_CONFIG, PROJECT, REMOTE, type Step } from "./try_story.ts";

/** How often the program is started again when it ends before it could be killed. */
const MOST_KILLS = 50;

/** A step that did not end as it must. The message is made for people. */
export class TryError extends Error {
  override readonly name = "TryError";
}

export const bold = (text: string) => paint(1, text);
const dim = (text: string) => paint(2, text);

function paint(code: number, text: string): string {
  const colour = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  return colour ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** Where a story is played. */
interface Stage {
  readonly program: string;
  /** The folder that holds the clone and its remote. */
  readonly scratch: string;
}

/**
 * Plays all acts.
 * @param program path of the executable.
 * @param scratch an empty folder.
 * @throws {TryError} When a step does not end as it must.
 */
export async function play(
  program: string,
  scratch: string,
  story: readonly Act[],
): Promise<void> {
  const stage = { program, scratch };
  setStage(stage);
  let stood: string | null = null;
  for (const { title, steps } of story) {
    console.log(`\n${bold(`--- ${title} ---`)}`);
    for (const step of steps) {
      console.log(step.says === "" ? "" : `\n${dim(`# ${step.says}`)}`);
      if ("remove" in step) stood = standing(stage);
      await playStep(stage, step);
      const returned = "git" in step && step.beside === true;
      if (returned && stood !== standing(stage)) {
        throw new TryError("The fresh clone does not stand at the same step");
      }
    }
  }
}

/** Makes the project, its remote and a home, and leaves nothing else in this process's environment. */
function setStage({ scratch }: Stage): void {
  const home = join(scratch, "home");
  mkdirSync(home);
  writeFileSync(join(home, ".gitconfig"), GIT_CONFIG);
  const clean = cleanEnvironment(process.env);
  const environment: Readonly<Record<string, string>> = {
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
  // On Deno, a child process has this process's variables beside those it is given.
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) delete process.env[name];
  }
  Object.assign(process.env, environment);
  const git = (args: readonly string[], folder: string) => {
    const status = run("git", args, folder);
    if (status !== 0) throw new TryError(`Cannot prepare: git ${args[0]} exited with ${status}`);
  };
  git(["init", "--quiet", "--bare", REMOTE], scratch);
  git(["init", "--quiet", CLONE], scratch);
  const clone = join(scratch, CLONE);
  for (const [name, text] of Object.entries(PROJECT)) writeFileSync(join(clone, name), text);
  git(["remote", "add", "origin", join(scratch, REMOTE)], clone);
  git(["add", "--all"], clone);
  git(["commit", "--quiet", "--message", "A small project"], clone);
  git(["push", "--quiet", "origin", "HEAD"], clone);
}

async function playStep(stage: Stage, step: Step): Promise<void> {
  const clone = join(stage.scratch, CLONE);
  if ("write" in step) {
    writeFileSync(join(clone, step.write), step.text);
    return;
  }
  if ("remove" in step) {
    typed(`rm -rf ${step.remove}`);
    rmSync(join(stage.scratch, step.remove), { recursive: true });
    return;
  }
  if ("killed" in step) {
    typed(["orchestrator", ...step.killed].map(quoted).join(" "));
    await killWhileWriting(stage, step.killed);
    return;
  }
  if ("git" in step) {
    typed(["git", ...step.git].map(quoted).join(" "));
    const status = run("git", step.git, step.beside === true ? stage.scratch : clone);
    if (status !== 0) throw new TryError(`git exited with ${status}`);
    return;
  }
  typed(["orchestrator", ...step.run].map(quoted).join(" "));
  const status = run(stage.program, step.run, clone);
  const wanted = step.exit ?? 0;
  if (status !== wanted) {
    throw new TryError(`orchestrator exited with ${status} (expected ${wanted})`);
  }
  if (wanted !== 0) console.log(dim(`(exit code ${wanted})`));
}

/** Shows what a person would type. */
function typed(line: string): void {
  console.log(bold(`$ ${line}`));
}

/** Runs a program whose stderr goes where its stdout goes, so that both stay in order. */
function run(program: string, args: readonly string[], folder: string): number | null {
  const { status, error } = spawnSync(program, [...args], {
    cwd: folder,
    stdio: ["inherit", 1, 1],
  });
  if (error !== undefined) {
    throw new TryError(`Cannot run ${basename(program)}: is it installed? (${error.message})`);
  }
  return status;
}

/** Starts the program again and again until it could be killed with the session's lock in its hands. */
async function killWhileWriting(stage: Stage, args: readonly string[]): Promise<void> {
  const cwd = join(stage.scratch, CLONE);
  const folder = join(cwd, ".orchestrator", "sessions");
  const writes = () => readdirSync(folder).map((id) => changeTime(join(folder, id, "lock"))).join();
  for (let count = 1; count <= MOST_KILLS; count++) {
    const before = writes();
    const child = spawn(stage.program, [...args], { cwd, stdio: ["ignore", "ignore", "ignore"] });
    const ended = once(child, "close");
    const until = Date.now() + 5000;
    // Nothing else goes on here meanwhile, and nothing may: a write takes a few milliseconds.
    while (writes() === before && Date.now() < until);
    child.kill("SIGKILL");
    const [, signal] = await ended;
    if (signal === "SIGKILL") {
      console.log(dim("(killed)"));
      return;
    }
  }
  throw new TryError(`orchestrator ended ${MOST_KILLS} times before it could be killed`);
}

function changeTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Phase, progress and next command of the session. */
function standing({ program, scratch }: Stage): string {
  const { stdout } = spawnSync(program, ["status", "--json"], {
    cwd: join(scratch, CLONE),
    encoding: "utf8",
  });
  const { data } = JSON.parse(stdout) as { readonly data: Readonly<Record<string, unknown>> };
  return JSON.stringify([data["session"], data["phase"], data["progress"], data["next"]]);
}

/** A word as one would type it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
