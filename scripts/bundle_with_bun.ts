/**
 * Builds the executable with Bun's bundler. Run by Bun itself, started by `compile.ts`.
 *
 * Split bundles put a module into a chunk of its own for every different set of commands that
 * reaches it, so that the few dozen modules of `status` would end up in two dozen chunks, each with
 * a price at start. Here every module that is loaded lazily begins by importing all of the hot path:
 * the sets become one, and so does the chunk. What is loaded lazily stays lazy.
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import process from "node:process";
import { HOT_PATHS, startupGraph } from "./check_startup.ts";
import { readSourceText } from "./source_text.ts";

/** What `compile.ts` hands over as JSON in the first argument. */
export interface BundleRequest {
  readonly root: string;
  readonly entry: string;
  readonly output: string;
  /** Bun's name of the target. */
  readonly bunTarget: string;
  /** Our name of the target. */
  readonly target: string;
  /** Bun's base to use instead of its own. */
  readonly base?: string;
  /** Sources that stand in for modules, by the modules' paths relative to `root`, with `/`. */
  readonly replaced: Readonly<Record<string, string>>;
}

interface Build {
  onLoad(
    filter: { readonly filter: RegExp },
    load: (args: { readonly path: string }) => { contents: string; loader: "ts" } | undefined,
  ): void;
}

declare const Bun: {
  build(options: Readonly<Record<string, unknown>>): Promise<{
    readonly success: boolean;
    readonly logs: readonly unknown[];
  }>;
};

if (import.meta.main) {
  const request = JSON.parse(process.argv[2] ?? "") as BundleRequest;
  const result = await Bun.build({
    entrypoints: [request.entry],
    compile: {
      target: request.bunTarget,
      outfile: request.output,
      ...(request.base === undefined ? {} : { executablePath: request.base }),
      // A file in a user's repository must not feed variables or code into the executable.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
    // With bytecode nothing is parsed at start; with splitting a command loads only its own chunks.
    bytecode: true,
    format: "esm",
    splitting: true,
    // Names stay as they are: the stack in a bug report must say something.
    minify: { whitespace: true, syntax: true, identifiers: false },
    sourcemap: "none",
    define: { ORCHESTRATOR_TARGET: JSON.stringify(request.target) },
    plugins: [{ name: "sources", setup: (build: Build) => prepareSources(build, request) }],
    throw: false,
  });
  if (!result.success) {
    for (const log of result.logs) console.error(String(log));
    process.exitCode = 1;
  }
}

/**
 * Puts in the sources that stand in for others, and lets every lazily loaded module of `src/` begin
 * with the modules of the hot path.
 */
function prepareSources(build: Build, { root, entry, replaced }: BundleRequest): void {
  const hot = hotModules(root);
  const lazy = lazyModules(root, hot);
  const first = resolve(entry);
  build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const replacement = replaced[relative(root, path).split(sep).join("/")];
    const joins = path === first || lazy.has(path);
    if (!joins && replacement === undefined) return undefined;
    const imports = joins
      ? [...hot].map((module) => `import ${JSON.stringify(module)};`).join("")
      : "";
    return { contents: imports + (replacement ?? readFileSync(path, "utf8")), loader: "ts" };
  });
}

/** Absolute paths of what `status` loads at its start, the entry aside. */
function hotModules(root: string): ReadonlySet<string> {
  const read = (file: string) =>
    existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : null;
  const entries = HOT_PATHS.find((path) => path.command === "status")?.entries ?? [];
  const files = [...startupGraph(entries, read).files.keys()];
  return new Set(files.filter((file) => file !== "main.ts").map((file) => resolve(root, file)));
}

/** Absolute paths of the modules of `src/` that some module reaches through `import()`. */
function lazyModules(root: string, hot: ReadonlySet<string>): ReadonlySet<string> {
  const lazy = new Set<string>();
  for (const name of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const file = join(root, "src", name);
    const folder = dirname(relative(root, file)).split(sep).join("/");
    for (const { specifier, kind } of readSourceText(readFileSync(file, "utf8")).imports) {
      if (kind !== "dynamic" || !specifier.startsWith(".")) continue;
      const module = resolve(root, posix.join(folder, specifier));
      if (!hot.has(module)) lazy.add(module);
    }
  }
  return lazy;
}
