/**
 * A git server for tests: a bare repository, reached as a file or over smart HTTP, that can be told to
 * refuse or to keep silent.
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GIT_ENVIRONMENT } from "./scratch.ts";

/** Runs git; the test fails when it does. */
export function git(cwd: string, ...args: string[]): string {
  const result = spawnSync("git", args, {
    cwd,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: cwd, ...GIT_ENVIRONMENT },
    encoding: "utf8",
  });
  if (result.status !== 0) {
    throw new Error(`git ${args.join(" ")} ended with ${result.status}: ${result.stderr}`);
  }
  return result.stdout.trim();
}

/** The program that serves git over HTTP; null where git comes without it. */
export const httpBackend: string | null = (() => {
  const path = spawnSync("git", ["--exec-path"], { encoding: "utf8" }).stdout?.trim() ?? "";
  const file = join(path, "git-http-backend");
  return existsSync(file) ? file : null;
})();

/** Makes a bare repository with one commit on `main`. */
export function makeBare(folder: string): string {
  const bare = join(folder, "server.git");
  const seed = join(folder, "seed");
  git(folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  git(bare, "config", "http.receivepack", "true");
  git(bare, "config", "uploadpack.allowFilter", "true");
  git(folder, "init", "--quiet", "--initial-branch=main", seed);
  writeFileSync(join(seed, "README"), "hello\n");
  git(seed, "add", "README");
  git(seed, "commit", "--quiet", "-m", "seed");
  writeFileSync(join(seed, "README"), "hello again\n");
  git(seed, "commit", "--quiet", "-am", "second");
  git(seed, "push", "--quiet", bare, "main");
  return bare;
}

/** Refuses every push to branches that a shell pattern fits; an empty one refuses none. */
export function refuseBranches(bare: string, pattern: string): void {
  const hook = join(bare, "hooks", "pre-receive");
  mkdirSync(join(bare, "hooks"), { recursive: true });
  writeFileSync(
    hook,
    `#!/bin/sh
while read -r old new ref; do
  case "$ref" in refs/heads/${
      pattern === "" ? "//" : pattern
    }) echo "branch names must begin with team/" >&2; exit 1;; esac
done
`,
  );
  chmodSync(hook, 0o755);
}

/** What an HTTP server does with requests. */
export type Mood = "fine" | "forbids pushes" | "forbids all" | "hangs" | "hangs pushes";

/** A server on the loopback, on a port of the system's choice. */
export class GitHttpServer implements AsyncDisposable {
  mood: Mood = "fine";
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #ending = new AbortController();

  /** @param bare is served as `<url>/server.git`. */
  constructor(bare: string) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {}, signal: this.#ending.signal },
      (request) => this.#answer(request, bare),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/server.git`;
  }

  async #answer(request: Request, bare: string): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const push = pathname.endsWith("receive-pack") || search.includes("git-receive-pack");
    const { mood } = this;
    if (mood === "forbids all" || (mood === "forbids pushes" && push)) {
      return new Response("no\n", { status: 403 });
    }
    if (mood === "hangs" || (mood === "hangs pushes" && push)) {
      return await new Promise<Response>((resolve) => {
        const end = () => resolve(new Response(null, { status: 503 }));
        this.#ending.signal.addEventListener("abort", end);
        request.signal.addEventListener("abort", end);
      });
    }
    return await runBackend(request, pathname, search, bare);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#server.finished.catch(() => {});
  }
}

async function runBackend(
  request: Request,
  pathname: string,
  search: string,
  bare: string,
): Promise<Response> {
  const child = spawn(httpBackend ?? "", [], {
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      ...GIT_ENVIRONMENT,
      GIT_PROJECT_ROOT: join(bare, ".."),
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.replace(/^\?/, ""),
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
      REMOTE_USER: "tester",
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const chunks: Uint8Array[] = [];
  child.stdin.on("error", () => {});
  child.stdin.end(new Uint8Array(await request.arrayBuffer()));
  for await (const chunk of child.stdout) chunks.push(chunk);
  const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of text.slice(0, end).split("\r\n")) {
    const at = line.indexOf(":");
    const name = line.slice(0, at);
    const value = line.slice(at + 1).trim();
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else headers.append(name, value);
  }
  return new Response(bytes.subarray(end + 4), { status, headers });
}
