/**
 * Scratch repositories, and what stands in them, read without the program's help.
 * @module
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Environment variables on top of the bare ones every run gets. */
export type Variables = Readonly<Record<string, string>>;

/** One repository, and how the program is run in it. */
export class Repository {
  /** Absolute, symbolic links resolved: strace prints paths that way. */
  readonly root: string;
  readonly executable: string;
  readonly #home: string;

  constructor(root: string, executable: string, home: string) {
    this.root = root;
    this.executable = executable;
    this.#home = home;
  }

  /** The whole environment of a run: nothing of this machine's own settings. */
  environment(extra: Variables = {}): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: this.#home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      ...extra,
    };
  }

  /** Runs any program in the repository. */
  async spawn(
    file: string,
    args: readonly string[],
    extra?: Variables,
    stdin?: string,
  ): Promise<Ended> {
    const child = new Deno.Command(file, {
      args: [...args],
      cwd: this.root,
      clearEnv: true,
      env: this.environment(extra),
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin !== undefined) {
      const writer = child.stdin.getWriter();
      // A killed process does not read its input; the write then fails, which is expected.
      await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
      await writer.close().catch(() => {});
    }
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Starts the executable. */
  start(args: readonly string[], extra?: Variables): Deno.ChildProcess {
    return new Deno.Command(this.executable, {
      args: [...args],
      cwd: this.root,
      clearEnv: true,
      env: this.environment(extra),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs the executable. */
  run(args: readonly string[], extra?: Variables, stdin?: string): Promise<Ended> {
    return this.spawn(this.executable, args, extra, stdin);
  }

  /** Runs the executable, which must succeed, and gives its `--json` payload. */
  async must(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, stdout, stderr } = await this.run([...args, "--json"]);
    if (code !== 0) throw new Error(`"${args.join(" ")}" ended with ${code}: ${stderr}`);
    return (JSON.parse(stdout) as { data: Readonly<Record<string, unknown>> }).data;
  }

  /**
   * Runs git, which must succeed, and gives what it printed. Its objects lie outside, so that copies
   * are cheap.
   */
  async git(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.spawn("git", args, {
      GIT_OBJECT_DIRECTORY: `${this.#home}/objects`,
    });
    if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Writes a file of the project, and the directories it needs. */
  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  /** A copy elsewhere, times of change included: state.json stays provably fresh. */
  copyTo(root: string): Repository {
    cpSync(this.root, root, { recursive: true, preserveTimestamps: true });
    return new Repository(root, this.executable, this.#home);
  }
}

/** One session as its files say. */
export interface SessionPicture {
  /** Whole lines of the journal. */
  readonly lines: readonly string[];
  /** Bytes behind the last whole line. */
  readonly torn: number;
  /** The name its meta.json gives; undefined when that cannot be read. */
  readonly name: string | null | undefined;
  /** Feedback lines by file. */
  readonly feedback: Readonly<Record<string, readonly string[]>>;
}

/** A repository as its files say. */
export interface Picture {
  /** Mode in meta.json; null when there is no meta.json, undefined when it cannot be read. */
  readonly mode: string | null | undefined;
  readonly gitignore: string | null;
  readonly current: string | null;
  readonly bindings: readonly string[];
  readonly sessions: Readonly<Record<string, SessionPicture>>;
  /** What is recorded of removals, by session: the kinds of records, without who and when. */
  readonly removals: Readonly<Record<string, readonly string[]>>;
  /** Types of the lines of the repository's journal, of all writers. */
  readonly recorded: readonly string[];
  /** Journals of sessions that were replaced. */
  readonly backups: readonly string[];
  /** Every file outside `.git` and outside what the program keeps in the state directory. */
  readonly project: Readonly<Record<string, string>>;
}

/** Reads a repository. */
export function pictureOf(root: string): Picture {
  const state = join(root, ".orchestrator");
  const sessions: Record<string, SessionPicture> = {};
  for (const id of namesIn(join(state, "sessions"))) {
    // While it is replaced, the new copy counts as soon as it has its name.
    const folders = [`.replacing-${id}`, id].map((name) => join(state, "sessions", name));
    const folder = folders.find((folder) => existsSync(join(folder, "log.jsonl")));
    // A session is there while its journal is.
    if (!/^[a-z2-7]{13}$/.test(id) || folder === undefined) continue;
    sessions[id] = sessionPicture(folder);
  }
  const meta = textOf(join(state, "meta.json"));
  return {
    mode: meta === null ? null : parsed(meta)?.["mode"] as string | undefined,
    gitignore: textOf(join(state, ".gitignore")),
    current: textOf(join(state, "current"))?.trim() ?? null,
    bindings: namesIn(join(state, "bindings"))
      .filter(isNoTemporary)
      .map((name) => textOf(join(state, "bindings", name))?.trim() ?? "").sort(),
    sessions,
    removals: Object.fromEntries(
      namesIn(join(state, "removed")).filter(isNoTemporary).map((name) => [
        name.replace(/\.jsonl$/, ""),
        (textOf(join(state, "removed", name)) ?? "").split("\n").slice(0, -1)
          .map((line) => String(parsed(line)?.["record"])),
      ]),
    ),
    recorded: namesIn(join(state, "log")).filter(isNoTemporary).flatMap((name) =>
      (textOf(join(state, "log", name)) ?? "").split("\n").slice(0, -1)
        .map((line) => String(parsed(line)?.["type"]))
    ),
    backups: walk(root, "")
      .filter((path) => /^\.orchestrator\/backups\/(?!\.).*\/log\.jsonl$/.test(path))
      .map((path) => textOf(join(root, path)) ?? ""),
    project: projectFiles(root),
  };
}

/**
 * Files and folders that only a run that has ended can have left: staged, replaced or taken away. A
 * session's folder without a journal is the rest of a session that was removed.
 */
export function leftovers(root: string): readonly string[] {
  return walk(root, "").filter((path) =>
    /(^|\/)\.(tmp|staging|removed|replacing)-[^/]*$/.test(path) ||
    /^\.orchestrator\/sessions\/[a-z2-7]{13}$/.test(path) &&
      !existsSync(join(root, path, "log.jsonl"))
  );
}

/** Every file outside `.git` with its content, and every directory. */
export function treeOf(root: string): ReadonlyMap<string, string> {
  return new Map(
    walk(root, "").map((path) => {
      const file = join(root, path);
      return [path, statSync(file).isDirectory() ? "directory" : readFileSync(file, "latin1")];
    }),
  );
}

/**
 * What stands in `.git`, servers that lie in there included: every file but objects, of which only the
 * number counts. Ids of objects are numbered in the order they are met in, since they differ from run
 * to run.
 */
export function gitTreeOf(root: string): ReadonlyMap<string, string> {
  const numbers = new Map<string, number>();
  const number = (id: string) => {
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return `<object ${known}>`;
  };
  const tree = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const path of walk(join(root, ".git"), "")) {
    const file = join(root, ".git", path);
    const objects = /^(.*\/)?objects(?=\/)/.exec(path)?.[0];
    if (statSync(file).isDirectory()) continue;
    if (objects !== undefined) counts.set(objects, (counts.get(objects) ?? 0) + 1);
    else if (!/(^|\/)(index|logs\/.*)$/.test(path)) {
      const content = readFileSync(file, "latin1");
      tree.set(`.git/${path}`, content.replace(/\b[0-9a-f]{40}\b/g, number));
    }
  }
  for (const [path, count] of counts) tree.set(`.git/${path}`, `${count} files`);
  return tree;
}

function sessionPicture(directory: string): SessionPicture {
  const journal = textOf(join(directory, "log.jsonl")) ?? "";
  const end = journal.lastIndexOf("\n") + 1;
  const meta = textOf(join(directory, "meta.json"));
  const feedback: Record<string, readonly string[]> = {};
  for (const name of namesIn(join(directory, "feedback")).filter(isNoTemporary)) {
    const text = textOf(join(directory, "feedback", name)) ?? "";
    feedback[name] = text.split("\n").slice(0, -1);
  }
  return {
    lines: journal.slice(0, end).split("\n").slice(0, -1),
    torn: journal.length - end,
    name: meta === null ? undefined : parsed(meta)?.["name"] as string | null | undefined,
    feedback,
  };
}

/** The user's files, those of the old tool in `.orchestrator/` among them. */
function projectFiles(root: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const ours =
    /^\.orchestrator\/(\.|lock$|meta\.json$|writer\.json$|bindings\/|removed\/|log\/|backups\/|sessions\/(\.|[a-z2-7]{13}\/))/;
  for (const path of walk(root, "")) {
    if (ours.test(path) || path === ".orchestrator/current") continue;
    if (statSync(join(root, path)).isDirectory()) continue;
    // What was left behind is looked for elsewhere.
    if (/(^|\/)\.tmp-[^/]*$/.test(path)) continue;
    files[path] = textOf(join(root, path)) ?? "";
  }
  return files;
}

/** Temporary files are looked for by {@link leftovers}. */
function isNoTemporary(name: string): boolean {
  return !name.startsWith(".tmp-");
}

function walk(root: string, base: string): string[] {
  const found: string[] = [];
  const entries = readdirSync(join(root, base), { withFileTypes: true });
  for (const entry of entries.sort((left, right) => left.name < right.name ? -1 : 1)) {
    const path = base === "" ? entry.name : `${base}/${entry.name}`;
    if (path === ".git") continue;
    found.push(path);
    if (entry.isDirectory()) found.push(...walk(root, path));
  }
  return found;
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
