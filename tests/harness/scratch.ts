/**
 * A place of its own for a test: a project folder and a home folder in a temporary directory.
 * @module
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Two empty folders that are gone when the test is over. Use with `using`. */
export class Scratch implements Disposable {
  /** Holds the two others; real path, symbolic links resolved. */
  readonly top: string;
  /** The project. */
  readonly root: string;
  /** The home directory of the user who works on the project. */
  readonly home: string;
  /** Where projects lie when `TEST_PROJECTS` says that this is not in {@link top}. */
  readonly #elsewhere: string;

  /** @param files texts by path relative to the project. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    this.top = realpathSync(mkdtempSync(join(tmpdir(), "orchestrator-test-")));
    this.#elsewhere = Deno.env.get("TEST_PROJECTS") ?? "";
    this.root = this.#elsewhere === ""
      ? join(this.top, "project")
      : realpathSync(mkdtempSync(join(this.#elsewhere, "project-")));
    this.home = join(this.top, "home");
    mkdirSync(this.root, { recursive: true });
    mkdirSync(this.home);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Absolute path of something in the project. */
  path(name: string): string {
    return join(this.root, name);
  }

  /** Writes a file of the project, making its folders. */
  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  [Symbol.dispose](): void {
    for (const path of this.#elsewhere === "" ? [this.top] : [this.top, this.root]) {
      makeWritable(path);
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** The environment of a process that works in a scratch: nothing of the tester's own leaks in. */
export function scratchEnvironment(
  scratch: Scratch,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "ComSpec", "PATHEXT"];
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    HOME: scratch.home,
    USERPROFILE: scratch.home,
    USER: "anna",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    ...GIT_ENVIRONMENT,
    ...more,
  };
}

/**
 * Git without the machine's own configuration, for a process that is given a HOME as well: what it
 * calls global is a file there. (Named /dev/null, root's git would replace that.)
 */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Anna",
  GIT_AUTHOR_EMAIL: "anna@example.com",
  GIT_COMMITTER_NAME: "Anna",
  GIT_COMMITTER_EMAIL: "anna@example.com",
  GIT_TERMINAL_PROMPT: "0",
};

/** A test may have taken rights away; removing needs them. */
function makeWritable(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory)) {
    const path = join(directory, entry);
    if (lstatSync(path).isDirectory()) makeWritable(path);
  }
}

/** Options of `makeTempDir`: where there is a file system in memory, waiting for a disk is spared. */
export function inMemory(): { readonly dir?: string } {
  try {
    const memory = "/dev/shm";
    const chosen = Deno.env.get("TMPDIR") !== undefined;
    return !chosen && Deno.statSync(memory).isDirectory ? { dir: memory } : {};
  } catch {
    return {};
  }
}
