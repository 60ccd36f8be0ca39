/**
 * `deno task compile`: builds `main.ts` into self-contained executables, by Deno or by Bun.
 *
 * Deno's base (`denort`) is downloaded at first use or taken from `DENORT_BIN`; Bun and its bases come
 * from the npm registry.
 * @module
 */
import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { BundleRequest } from "./bundle_with_bun.ts";
import { type Engine, isWindows, target as hostTarget } from "../src/platform/runtime.ts";
import { type Build, buildOf, buildSource } from "./release/build_stamp.ts";
import { whyNotOurs } from "./release/trial_run.ts";
import { dropRuntimeVariables } from "./runtime_variables.ts";
import { signMachO } from "./release/macho.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** How long to wait for the download of Deno's base: where it is blocked, nothing may answer at all. */
const DENORT_TIMEOUT_MS = 60_000;

/** Every system an executable can be built for, by what each engine calls it. */
export const TARGETS: Readonly<Record<string, Readonly<Partial<Record<Engine, string>>>>> = {
  // Bun's bases for older processors start as fast as the others and run everywhere.
  "linux-x64": { deno: "x86_64-unknown-linux-gnu", bun: "bun-linux-x64-baseline" },
  "linux-x64-musl": { bun: "bun-linux-x64-musl-baseline" },
  "linux-arm64": { deno: "aarch64-unknown-linux-gnu", bun: "bun-linux-arm64" },
  "linux-arm64-musl": { bun: "bun-linux-arm64-musl" },
  "macos-x64": { deno: "x86_64-apple-darwin", bun: "bun-darwin-x64-baseline" },
  "macos-arm64": { deno: "aarch64-apple-darwin", bun: "bun-darwin-arm64" },
  "windows-x64": { deno: "x86_64-pc-windows-msvc", bun: "bun-windows-x64-baseline" },
};

/** What to build. */
export interface CompileRequest {
  readonly engine: Engine;
  /** A key of {@link TARGETS}. Default: this machine. */
  readonly target?: string;
  /** Where the executable goes; made when absent. */
  readonly outdir: string;
  /** First part of the file's name. Default `orchestrator`. */
  readonly name?: string;
  /** The module to build. Default: `main.ts` of this repository. */
  readonly entry?: string;
  /** What the executable says that it was built from. Default: nothing. */
  readonly build?: Build;
  /** Sources that stand in for modules, by the modules' paths relative to the root, with `/`. */
  readonly replaced?: Readonly<Record<string, string>>;
}

/** What was built. */
export interface Compiled {
  /** Absolute path of the executable: `<outdir>/<name>-<target>[.exe]`. */
  readonly path: string;
  readonly engine: Engine;
  readonly target: string;
}

/** A build that did not succeed. The message is made for people. */
export class CompileError extends Error {
  override readonly name: string = "CompileError";
}

/** Deno's base cannot be had here; Bun may still do. */
export class BaseUnavailableError extends CompileError {
  override readonly name: string = "BaseUnavailableError";
}

/**
 * Builds one executable. It appears under its name only when it is whole.
 * @throws {BaseUnavailableError} When Deno's base can neither be downloaded nor is `DENORT_BIN` set.
 * @throws {CompileError} For any other failure.
 */
export async function compile(request: CompileRequest): Promise<Compiled> {
  const { engine, target = hostTarget(), name = "orchestrator", build } = request;
  const engineTarget = TARGETS[target]?.[engine];
  if (engineTarget === undefined) throw new CompileError(unknownTarget(engine, target));
  const entry = resolve(request.entry ?? join(ROOT, "main.ts"));
  const outdir = resolve(request.outdir);
  mkdirSync(outdir, { recursive: true });
  const workshop = mkdtempSync(join(outdir, ".compile-"));
  try {
    const file = `${name}-${target}${target.startsWith("windows") ? ".exe" : ""}`;
    const output = join(workshop, file);
    const replaced = {
      ...request.replaced,
      ...(build === undefined ? {} : { "src/platform/build.ts": buildSource(build) }),
    };
    const job: Job = { entry, target, engineTarget, output, workshop, replaced };
    if (engine === "deno") await compileWithDeno(job);
    else await compileWithBun(job);
    const ours = request.entry === undefined && request.replaced === undefined;
    if (ours && target === hostTarget()) {
      const problem = whyNotOurs(output, { engine, target, commit: build?.commit ?? null });
      if (problem !== null) throw new CompileError(`Cannot compile with ${engine}: ${problem}`);
    }
    const path = join(outdir, file);
    renameSync(output, path);
    return { path, engine, target };
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** One executable to build. */
interface Job {
  readonly entry: string;
  readonly target: string;
  /** The engine's name of the target. */
  readonly engineTarget: string;
  readonly output: string;
  /** A folder for what is needed on the way. */
  readonly workshop: string;
  readonly replaced: Readonly<Record<string, string>>;
}

async function compileWithDeno(job: Job): Promise<void> {
  const { exitCode, text } = await run(process.execPath, [
    "compile",
    "--allow-all",
    `--config=${join(ROOT, "deno.json")}`,
    `--import-map=${writeImportMap(job)}`,
    "--no-check",
    // Not the whole of node_modules, which holds Bun, but only the packages that main.ts reaches.
    "--node-modules-dir=none",
    "--exclude-unused-npm",
    `--target=${job.engineTarget}`,
    `--output=${job.output}`,
    job.entry,
  ], DENORT_TIMEOUT_MS);
  if (exitCode === 0) return;
  if (exitCode === null || text.includes("Setting up base binary")) {
    throw new BaseUnavailableError(
      'Cannot compile with Deno: its base "denort" cannot be fetched here; build with `--engine bun`, ' +
        "or set DENORT_BIN to a denort binary of this Deno version",
    );
  }
  throw new CompileError(`Cannot compile with Deno: it exited with ${exitCode}\n${text.trim()}`);
}

/** Writes the imports of `deno.json`, with other modules in the place of the replaced ones. */
function writeImportMap({ workshop, replaced }: Job): string {
  const { imports } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8")) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  const modules = Object.entries(replaced).map(([module, source], index) => {
    const file = join(workshop, `replaced-${index}.ts`);
    writeFileSync(file, source);
    return [pathToFileURL(join(ROOT, module)).href, pathToFileURL(file).href] as const;
  });
  const path = join(workshop, "import_map.json");
  writeFileSync(path, JSON.stringify({ imports: { ...imports, ...Object.fromEntries(modules) } }));
  return path;
}

async function compileWithBun(job: Job): Promise<void> {
  const { entry, output, target, engineTarget, replaced } = job;
  const bun = join(ROOT, "node_modules", "bun", "bin", "bun.exe");
  if (!existsSync(bun)) {
    throw new CompileError(
      'Cannot compile with Bun: it is not installed; run "deno install" first',
    );
  }
  const bundle = async (base?: string) => {
    const request: BundleRequest = {
      root: ROOT,
      entry,
      output,
      bunTarget: engineTarget,
      target,
      replaced,
      ...(base === undefined ? {} : { base }),
    };
    const { exitCode, text } = await run(bun, [
      "run",
      join(ROOT, "scripts", "bundle_with_bun.ts"),
      JSON.stringify(request),
    ]);
    if (exitCode !== 0) {
      throw new CompileError(`Cannot compile with Bun: it exited with ${exitCode}\n${text.trim()}`);
    }
  };
  await bundle();
  if (target.startsWith("windows")) {
    const { baseWithResources } = await import("./release/windows_resources.ts");
    await bundle(baseWithResources(output, join(job.workshop, "base.exe")));
  }
  const executable = readFileSync(output);
  dropRuntimeVariables(executable);
  writeFileSync(
    output,
    target.startsWith("macos") ? signMachO(executable, "orchestrator") : executable,
  );
}

/** Runs a program and collects what it prints. Exit code null: it was ended after `timeoutMs`. */
function run(
  file: string,
  args: readonly string[],
  timeoutMs?: number,
): Promise<{ readonly exitCode: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    const decoder = new TextDecoder();
    let text = "";
    const collect = (chunk: Uint8Array) => text += decoder.decode(chunk, { stream: true });
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const timer = timeoutMs === undefined
      ? undefined
      : setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, text });
    });
  });
}

function unknownTarget(engine: Engine, target: string): string {
  const known = Object.keys(TARGETS).filter((name) => TARGETS[name]?.[engine] !== undefined);
  const other = TARGETS[target] === undefined ? "" : "; `--engine bun` builds it too";
  return `Cannot compile for "${target}" with ${engine}: it builds ${known.join(", ")}${other}`;
}

/** Gives the executable for this machine its short name too: `<outdir>/<name>[.exe]`. */
export function addShortName(compiled: Compiled, name: string): string {
  const short = join(resolve(compiled.path, ".."), isWindows ? `${name}.exe` : name);
  rmSync(short, { force: true });
  try {
    linkSync(compiled.path, short);
  } catch {
    copyFileSync(compiled.path, short);
  }
  return short;
}

const USAGE =
  `Usage: deno task compile [--engine deno|bun] [--target T]... [--all] [--outdir DIR] [--name NAME]

Builds for this machine unless --target or --all says otherwise.
Targets: ${Object.keys(TARGETS).join(", ")}`;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: "string", default: "deno" },
      target: { type: "string", multiple: true },
      all: { type: "boolean", default: false },
      outdir: { type: "string", default: join(ROOT, "dist") },
      name: { type: "string", default: "orchestrator" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { engine, outdir, name } = values;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (engine !== "deno" && engine !== "bun") {
    throw new CompileError(`Cannot use engine "${engine}": it is neither deno nor bun`);
  }
  const all = Object.keys(TARGETS).filter((target) => TARGETS[target]?.[engine] !== undefined);
  const targets = values.all ? all : values.target ?? [hostTarget()];
  const build = buildOf(ROOT);
  for (const target of targets) {
    const started = performance.now();
    const compiled = await compile({ engine, target, outdir, name, build });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${relative(process.cwd(), compiled.path)} (${engine}, ${seconds} s)`);
    if (target === hostTarget()) {
      console.log(`${relative(process.cwd(), addShortName(compiled, name))} (the same)`);
    }
  }
  return 0;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    const usage = error instanceof TypeError && "code" in error;
    if (!(error instanceof CompileError) && !usage) throw error;
    console.error(error.message);
    if (usage) console.error(USAGE);
    process.exitCode = usage ? 2 : 1;
  }
}
