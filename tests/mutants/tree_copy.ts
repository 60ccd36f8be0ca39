/**
 * A copy of this repository's files, to break them without harm.
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { cleanEnvironment } from "../../scripts/clean_environment.ts";
import { readJunit, type TestReport } from "../../scripts/junit.ts";
import { type Killer, type Mutant, mutated } from "./mutant.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/** A test that runs longer is ended: it hangs, which is no way of seeing a fault. */
const LIMIT_MS = 10 * 60_000;

/** What is committed and what is not yet, without what git ignores. */
export class TreeCopy implements Disposable {
  readonly root: string;
  readonly #top: string;

  constructor() {
    this.#top = realpathSync(mkdtempSync(join(tmpdir(), "mutants-")));
    this.root = join(this.#top, "tree");
    for (const name of filesOfTree()) {
      const from = join(ROOT, name);
      if (lstatSync(from, { throwIfNoEntry: false }) === undefined) continue;
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      cpSync(from, join(this.root, name), { verbatimSymlinks: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.root, "node_modules"));
  }

  /** Runs a test as the code is. Null: it could not run. */
  async run({ file, filter, env }: Killer): Promise<TestReport | null> {
    const report = join(this.#top, "report.xml");
    rmSync(report, { force: true });
    const args = ["test", "--allow-all", "--no-check", "--quiet", `--junit-path=${report}`];
    if (filter !== undefined) args.push(`--filter=${filter}`);
    const child = spawn(process.execPath, [...args, file], {
      cwd: this.root,
      env: { ...cleanEnvironment(process.env), ...env },
      stdio: "ignore",
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    await new Promise((resolve) => child.on("close", resolve));
    clearTimeout(timer);
    // An executable of broken code is of no use to the next.
    rmSync(join(this.root, "dist"), { recursive: true, force: true });
    return existsSync(report) ? readJunit(readFileSync(report, "utf8")) : null;
  }

  /** Runs the test of a mutant with the mutant in the code. */
  async runWith(mutant: Mutant): Promise<TestReport | null> {
    const path = join(this.root, mutant.file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, mutated(text, mutant));
    try {
      return await this.run(mutant.killedBy);
    } finally {
      writeFileSync(path, text);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#top, { recursive: true, force: true });
  }
}

function filesOfTree(): readonly string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { status, stdout, stderr } = spawnSync("git", args, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`git ls-files ended with ${status}: ${stderr}`);
  return stdout.split("\0").filter((name) => name !== "");
}
