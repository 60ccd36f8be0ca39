/**
 * `deno task measure:dependencies`: what packages cost that this project uses, and those that one
 * would expect in their place.
 *
 * Each candidate is installed into a temporary folder of its own, and a small program with it is built
 * as the executable is. Measured: milliseconds over an executable that only loads `node:fs`, what it adds to the executable, and the packages that come along.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import process from "node:process";
import { parseArgs } from "node:util";
import { type AllTimes, quantile } from "./bench_figures.ts";
import { type Contender, measure } from "./bench_measure.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { type Candidate, CANDIDATES } from "./dependency_candidates.ts";
import { ensureBun } from "./install_bun.ts";

const SOURCE = resolve(import.meta.dirname ?? ".", "..", "src");

const BARE: Candidate = {
  place: "",
  name: "only `node:fs`",
  packages: [],
  program: 'import { writeSync } from "node:fs";\nwriteSync(1, "Hello\\n");\n',
};

const USAGE = `Usage: deno task measure:dependencies [--runs N] [--only TEXT]

  --runs N     rounds to measure (default 40)
  --only TEXT  only places whose name contains TEXT`;

/** A candidate whose program is built. */
interface Built {
  readonly candidate: Candidate;
  readonly file: string;
  /** Bytes of the executable. */
  readonly size: number;
  /** How many packages npm has installed. */
  readonly packages: number;
}

/** Installs packages into a folder. @returns how many came. */
function install(folder: string, packages: readonly string[]): number {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  if (packages.length === 0) return 0;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", ...options, "--save-exact", ...packages], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`Cannot install ${packages.join(", ")}: npm failed`);
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly optional?: boolean }>>;
  };
  return Object.keys(lock.packages).filter((path) => path !== "").length;
}

async function build(scratch: string, candidate: Candidate, index: number): Promise<Built> {
  const folder = join(scratch, `candidate-${index}`);
  mkdirSync(folder);
  const packages = install(folder, candidate.packages);
  const entry = join(folder, "main.ts");
  writeFileSync(entry, candidate.program.replaceAll("OWN/", `${pathToFileURL(SOURCE).pathname}/`));
  const { path } = await compile({ engine: "bun", outdir: folder, name: "program", entry });
  const { status, stderr } = spawnSync(path, { encoding: "utf8" });
  if (status !== 0) throw new Error(`Cannot run the program with ${candidate.name}: ${stderr}`);
  return { candidate, file: path, size: statSync(path).size, packages };
}

/**
 * Milliseconds that a program takes over another: the difference of the 10 % quantiles, which a machine
 * that is busy with other things moves least.
 */
function over(times: AllTimes, name: string, what: "wall" | "cpu"): string {
  const tenth = (of: string) => quantile(times.get(of)?.[what] ?? [], 0.1);
  return (tenth(name) - tenth(BARE.name)).toFixed(1);
}

/** The rows of a Markdown table. */
function tableOf(built: readonly Built[], times: AllTimes): string {
  const bareSize = built[0]?.size ?? 0;
  const rows = built.slice(1).map(({ candidate: { place, name }, size, packages }) => {
    const kilobytes = Math.max(0, Math.round((size - bareSize) / 1024));
    const [wall, cpu] = [over(times, name, "wall"), over(times, name, "cpu")];
    return `| ${place} | ${name} | ${wall} | ${cpu} | ${kilobytes} | ${packages} |`;
  });
  return [
    "| place | with | ms over a bare executable | ms of CPU | KiB in the executable | packages |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** What the command line asks for; null when it is help. */
function asked(args: readonly string[]): { readonly runs: number; readonly only: string } | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "40" },
      only: { type: "string", default: "" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return null;
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error("--runs takes a number from 1");
  return { runs, only: values.only };
}

if (import.meta.main) {
  const options = asked(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else {
    const scratch = mkdtempSync(join(tmpdir(), "orchestrator-dependencies-"));
    try {
      ensureBun(console.error);
      const wanted = CANDIDATES.filter(({ place }) => place.includes(options.only));
      const built: Built[] = [];
      for (const [index, candidate] of [BARE, ...wanted].entries()) {
        built.push(await build(scratch, candidate, index));
        console.error(`built ${candidate.name}`);
      }
      const contenders: readonly Contender[] = built.map(({ candidate: { name }, file }) => ({
        name,
        file,
        cwd: scratch,
        args: () => [],
      }));
      console.log(tableOf(built, measure(contenders, options.runs, cleanEnvironment(process.env))));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}
