/**
 * Guesses a project's test, build and lint commands from the files in its root.
 *
 * Files are only read, never run, and nothing they contain gets into a command: every command is one
 * of those spelled here. Evidence comes in two strengths: a project that *says* how it is tested (a
 * script, a target, a tool whose test command is fixed) goes before one that merely looks like it.
 * @module
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { isRecord } from "../workflow/record.ts";

/** What was found. A command that is absent was not found; it is never a stand-in that always passes. */
export interface DetectedCommands {
  readonly test?: string;
  readonly build?: string;
  readonly lint?: string;
  /** The file that decided, relative to the root; `none` when nothing was recognised. */
  readonly source: string;
}

/** How commands are spelled. */
export interface DetectOptions {
  /** Spell them for Windows' `cmd`, which does not know `./`. Default false. */
  readonly windows?: boolean;
}

/** Files larger than this are not looked into. */
const MAX_BYTES = 1024 * 1024;

type Detector = (project: ProjectFiles) => DetectedCommands | null;

/**
 * Reads the root's files and returns the commands of the first detector that knows how to test; when
 * none does, those of the first that recognises the project at all. Never throws.
 */
export function detectCommands(root: string, options: DetectOptions = {}): DetectedCommands {
  const project = new ProjectFiles(root, options.windows ?? false);
  let recognised: DetectedCommands | null = null;
  for (const detector of DETECTORS) {
    const found = detector(project);
    if (found?.test !== undefined) return found;
    recognised ??= found;
  }
  return recognised ?? { source: "none" };
}

/** In this order: what a project says about itself first, what it only looks like last. */
const DETECTORS: readonly Detector[] = [
  packageJson,
  denoTasks,
  marker("Cargo.toml", { test: "cargo test", build: "cargo build", lint: "cargo clippy" }),
  marker("go.mod", { test: "go test ./...", build: "go build ./...", lint: "go vet ./..." }),
  pythonWithTests,
  makefile,
  justfile,
  cmake,
  maven,
  gradle,
  dotnet,
  marker("mix.exs", { test: "mix test", build: "mix compile" }),
  marker("Package.swift", { test: "swift test", build: "swift build" }),
  marker("build.zig", { test: "zig build test", build: "zig build" }),
  marker("stack.yaml", { test: "stack test", build: "stack build" }),
  composer,
  ruby,
  pubspec,
  deno,
  python,
  pythonUnittest,
];

function packageJson(project: ProjectFiles): DetectedCommands | null {
  const manifest = project.json("package.json");
  if (manifest === null) return null;
  const scripts = recordOf(manifest["scripts"]);
  const manager = packageManager(project, manifest);
  const run = (script: string): string | undefined =>
    typeof scripts[script] === "string" && scripts[script].trim() !== ""
      ? `${manager} run ${script}`
      : undefined;
  // `npm init` writes a test script that only prints this and fails.
  const placeholder = typeof scripts["test"] === "string" &&
    scripts["test"].includes("no test specified");
  const test = placeholder || run("test") === undefined
    ? undefined
    : manager === "bun"
    ? "bun run test"
    : `${manager} test`;
  return commands("package.json", { test, build: run("build"), lint: run("lint") });
}

/** The package manager a project says it uses, else the one whose lock file it has. */
function packageManager(
  project: ProjectFiles,
  manifest: Readonly<Record<string, unknown>>,
): string {
  const declared = manifest["packageManager"];
  const named = typeof declared === "string"
    ? /^(npm|pnpm|yarn|bun)@/.exec(declared)?.[1]
    : undefined;
  if (named !== undefined) return named;
  if (project.has("pnpm-lock.yaml")) return "pnpm";
  if (project.has("yarn.lock")) return "yarn";
  if (project.has("bun.lock") || project.has("bun.lockb")) return "bun";
  return "npm";
}

function denoTasks(project: ProjectFiles): DetectedCommands | null {
  const found = deno(project);
  return found?.test === "deno task test" ? found : null;
}

function deno(project: ProjectFiles): DetectedCommands | null {
  const source = project.first("deno.json", "deno.jsonc");
  if (source === null) return null;
  const tasks = recordOf(project.json(source)?.["tasks"]);
  return commands(source, {
    test: "test" in tasks ? "deno task test" : "deno test",
    build: "build" in tasks ? "deno task build" : undefined,
    lint: "lint" in tasks ? "deno task lint" : "deno lint",
  });
}

const PYTHON_FILES = [
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "tox.ini",
  "requirements.txt",
  "requirements-dev.txt",
] as const;

/** A Python project that names pytest, or has tests for it to find. */
function pythonWithTests(project: ProjectFiles): DetectedCommands | null {
  const config = project.first("pytest.ini", "conftest.py");
  if (config !== null) return pythonCommands(project, config);
  const found = python(project);
  if (found === null) return null;
  const tested = PYTHON_FILES.some((name) => /\bpytest\b/.test(project.text(name) ?? "")) ||
    project.names.some((name) => /^test_.*\.py$|^.*_test\.py$/.test(name)) ||
    ["tests", "test"].some((name) => project.within(name).some((file) => file.endsWith(".py")));
  return tested ? found : null;
}

function python(project: ProjectFiles): DetectedCommands | null {
  const source = project.first(...PYTHON_FILES);
  return source === null ? null : pythonCommands(project, source);
}

function pythonCommands(project: ProjectFiles, source: string): DetectedCommands {
  const runner = project.has("uv.lock")
    ? "uv run "
    : project.has("poetry.lock")
    ? "poetry run "
    : project.has("pdm.lock")
    ? "pdm run "
    : "";
  const ruff = project.has("ruff.toml") ||
    PYTHON_FILES.some((name) => /\bruff\b/.test(project.text(name) ?? ""));
  return commands(source, {
    test: `${runner}pytest`,
    lint: ruff ? `${runner}ruff check` : undefined,
  });
}

/**
 * Tests that import `unittest`, where nothing else says how they are run. Beside `pytest` it is not certain
 * that `unittest` finds them all.
 */
function pythonUnittest(project: ProjectFiles): DetectedCommands | null {
  const isTest = (name: string) => /^test\w*\.py$/.test(name);
  const inRoot = project.names.filter(isTest);
  const folder = inRoot.length > 0
    ? undefined
    : ["tests", "test"].find((name) => project.within(name).some(isTest));
  const files = folder === undefined
    ? inRoot
    : project.within(folder).filter(isTest).map((name) => `${folder}/${name}`);
  const texts = files.map((name) => project.text(name) ?? "");
  const [source] = files;
  if (source === undefined || !texts.some((text) => /^\s*(?:import|from) unittest\b/m.test(text))) {
    return null;
  }
  if (texts.some((text) => /^\s*(?:import|from) pytest\b/m.test(text))) return null;
  const program = project.windows ? "python" : "python3";
  // Without an argument, `unittest` looks into the root and the packages there.
  const where = folder === undefined || project.within(folder).includes("__init__.py")
    ? ""
    : ` discover -s ${folder}`;
  return commands(source, { test: `${program} -m unittest${where}` });
}

function makefile(project: ProjectFiles): DetectedCommands | null {
  // The order in which make itself looks.
  const source = project.first("GNUmakefile", "makefile", "Makefile");
  const text = source === null ? null : project.text(source);
  if (source === null || text === null) return null;
  const targets = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    // A rule, not a recipe line (tab), and not an assignment (`name := value`).
    const rule = /^([\w.\-\/ ]+?)\s*::?(?![=:])/.exec(line);
    for (const target of rule?.[1]?.trim().split(/\s+/) ?? []) targets.add(target);
  }
  const target = (...names: readonly string[]): string | undefined => {
    const name = names.find((candidate) => targets.has(candidate));
    return name === undefined ? undefined : `make ${name}`;
  };
  return commands(source, {
    test: target("test", "tests", "check"),
    build: target("build", "all"),
    lint: target("lint"),
  });
}

function justfile(project: ProjectFiles): DetectedCommands | null {
  const source = project.first("justfile", "Justfile", ".justfile");
  const text = source === null ? null : project.text(source);
  if (source === null || text === null) return null;
  const recipe = (name: string): string | undefined =>
    new RegExp(`^@?${name}(\\s[^:=\\n]*)?:(?!=)`, "m").test(text) ? `just ${name}` : undefined;
  return commands(source, { test: recipe("test"), build: recipe("build"), lint: recipe("lint") });
}

function cmake(project: ProjectFiles): DetectedCommands | null {
  const text = project.text("CMakeLists.txt");
  if (text === null) return null;
  const build = "cmake -S . -B build && cmake --build build";
  const tested = /^\s*(enable_testing|add_test|include\s*\(\s*CTest)\b/im.test(text);
  return commands("CMakeLists.txt", {
    test: tested ? `${build} && ctest --test-dir build --output-on-failure` : undefined,
    build,
  });
}

function maven(project: ProjectFiles): DetectedCommands | null {
  if (!project.has("pom.xml")) return null;
  const run = project.wrapper("mvnw") ?? "mvn";
  return commands("pom.xml", { test: `${run} test`, build: `${run} package -DskipTests` });
}

function gradle(project: ProjectFiles): DetectedCommands | null {
  const source = project.first(
    "build.gradle.kts",
    "build.gradle",
    "settings.gradle.kts",
    "settings.gradle",
  );
  if (source === null) return null;
  const run = project.wrapper("gradlew") ?? "gradle";
  return commands(source, { test: `${run} test`, build: `${run} assemble` });
}

function dotnet(project: ProjectFiles): DetectedCommands | null {
  const source = project.names.find((name) => /\.slnx?$/.test(name)) ??
    project.names.find((name) => /\.(cs|fs|vb)proj$/.test(name));
  if (source === undefined) return null;
  return commands(source, { test: "dotnet test", build: "dotnet build" });
}

function composer(project: ProjectFiles): DetectedCommands | null {
  const manifest = project.json("composer.json");
  if (manifest === null) return null;
  const scripts = recordOf(manifest["scripts"]);
  const phpunit = project.first("phpunit.xml", "phpunit.xml.dist");
  return commands("composer.json", {
    test: "test" in scripts
      ? "composer test"
      : phpunit === null
      ? undefined
      : project.windows
      ? "vendor\\bin\\phpunit"
      : "vendor/bin/phpunit",
    lint: "lint" in scripts ? "composer lint" : undefined,
  });
}

function ruby(project: ProjectFiles): DetectedCommands | null {
  if (!project.has("Gemfile")) return null;
  const test = project.has("spec")
    ? "bundle exec rspec"
    : project.has("Rakefile") && project.has("test")
    ? "bundle exec rake test"
    : undefined;
  return commands("Gemfile", { test });
}

function pubspec(project: ProjectFiles): DetectedCommands | null {
  const text = project.text("pubspec.yaml");
  if (text === null) return null;
  const run = /^\s+sdk:\s*flutter\b/m.test(text) ? "flutter" : "dart";
  return commands("pubspec.yaml", { test: `${run} test`, lint: `${run} analyze` });
}

function marker(file: string, found: Omit<DetectedCommands, "source">): Detector {
  return (project) => project.has(file) ? { ...found, source: file } : null;
}

function commands(
  source: string,
  found: {
    readonly test?: string | undefined;
    readonly build?: string | undefined;
    readonly lint?: string | undefined;
  },
): DetectedCommands {
  return {
    ...(found.test === undefined ? {} : { test: found.test }),
    ...(found.build === undefined ? {} : { build: found.build }),
    ...(found.lint === undefined ? {} : { lint: found.lint }),
    source,
  };
}

/** The files of a project's root. What cannot be read counts as absent. */
class ProjectFiles {
  readonly windows: boolean;
  /** Names of everything in the root, sorted. */
  readonly names: readonly string[];
  readonly #root: string;
  readonly #present: ReadonlySet<string>;
  readonly #texts = new Map<string, string | null>();

  constructor(root: string, windows: boolean) {
    this.#root = root;
    this.windows = windows;
    this.names = namesIn(root);
    this.#present = new Set(this.names);
  }

  /** Whether the root has this name, in exactly this case also where the file system ignores it. */
  has(name: string): boolean {
    return this.#present.has(name);
  }

  first(...names: readonly string[]): string | null {
    return names.find((name) => this.has(name)) ?? null;
  }

  /** Names in a folder of the root; none when it is no folder. */
  within(folder: string): readonly string[] {
    return this.has(folder) ? namesIn(`${this.#root}/${folder}`) : [];
  }

  /** How to call a wrapper script kept in the root; null when there is none. */
  wrapper(name: string): string | null {
    if (this.windows) return this.has(`${name}.cmd`) || this.has(`${name}.bat`) ? name : null;
    return this.has(name) ? `./${name}` : null;
  }

  text(name: string): string | null {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const text = this.has(name.split("/")[0] ?? name) ? readText(`${this.#root}/${name}`) : null;
    this.#texts.set(name, text);
    return text;
  }

  /** The object in a JSON file, comments and trailing commas allowed; empty when it cannot be parsed. */
  json(name: string): Readonly<Record<string, unknown>> | null {
    const text = this.text(name);
    if (text === null) return null;
    try {
      return recordOf(JSON.parse(withoutComments(text)));
    } catch {
      return {};
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    requireNotReadable(directory, error);
    return [];
  }
}

function readText(path: string): string | null {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(path, "utf8") : null;
  } catch (error) {
    requireNotReadable(path, error);
    return null;
  }
}

/** What says that something is not there, or not for us to read. */
const NOT_READABLE: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "ELOOP",
  "ENAMETOOLONG",
]);

/**
 * A failing disk must not decide what a new workflow demands.
 * @throws OrchestratorError for any other error than those that say "not readable".
 */
function requireNotReadable(path: string, error: unknown): void {
  if (!NOT_READABLE.has(systemErrorCode(error) ?? "")) throw ioError("read", path, error);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** JSON with comments to plain JSON: strings are kept, comments and trailing commas go. */
function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replace(
      /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_match, string: string | undefined) => string ?? " ",
    )
    .replace(
      /("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])/g,
      (_match, string: string | undefined) => string ?? "",
    );
}
