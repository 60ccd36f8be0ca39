/**
 * `deno task bench:install`: how long the one-line install takes from a server on loopback with a
 * limited link, until `start` has opened a session, and how many bytes it transfers: where `zstd` is
 * installed, and where only `gunzip` is.
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { quantile } from "./bench_figures.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

const USAGE = `Usage: deno task bench:install [options]

  --release DIR   the release to install (default dist/release, which deno task release makes)
  --mbit N        speed of the link in Mbit/s (default 100)
  --rounds N      how often (default 5)`;

/** At most so much is transferred, and so long it takes at 100 Mbit/s. */
const AIMS = { zstd: { megabytes: 45, seconds: 10 }, gunzip: { megabytes: 60, seconds: 10 } };

/** What the installer, and git for `start`, need. */
const PROGRAMS = [
  ...["sh", "curl", "sha256sum", "uname", "mkdir", "mv", "rm", "chmod", "cat", "cp", "mktemp"],
  ...["cut", "grep", "sort", "head", "tail", "id", "gunzip", "gzip", "git"],
];

/** A server that sends no faster than a link would. */
async function limitedServer(folder: string, bytesPerSecond: number) {
  const counted = { bytes: 0 };
  const send = async (name: string, response: ServerResponse) => {
    let data: Uint8Array;
    try {
      data = readFileSync(join(folder, name));
    } catch {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-length": data.length });
    const started = performance.now();
    for (let sent = 0; sent < data.length;) {
      const due = Math.ceil((performance.now() - started + 5) / 1000 * bytesPerSecond);
      const piece = data.subarray(sent, due);
      sent += piece.length;
      counted.bytes += piece.length;
      if (!response.write(piece)) await once(response, "drain");
      await new Promise((wake) => setTimeout(wake, 5));
    }
    response.end();
  };
  const server = createServer((request, response) =>
    void send((request.url ?? "/").slice(1), response)
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, counted, close: () => server.close() };
}

/** A folder for PATH. */
async function toolbox(folder: string, programs: readonly string[]): Promise<string> {
  mkdirSync(folder);
  for (const name of programs) {
    const path = await output("which", [name]);
    if (path === "") throw new Error(`Cannot measure: ${name} is not installed`);
    symlinkSync(path, join(folder, name));
  }
  return folder;
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (piece: Uint8Array) => text += new TextDecoder().decode(piece));
  await once(child, "close");
  return text.trim();
}

/** Runs the one line in an empty folder. @returns seconds */
async function installOnce(scratch: string, path: string, address: string): Promise<number> {
  const [work, home] = [join(scratch, "work"), join(scratch, "home")];
  for (const folder of [work, home]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  const line = `curl -fsSL ${address}/install.sh | sh -s -- --quiet --to . --base-url ${address} ` +
    '&& ./orchestrator start "Add login"';
  const started = performance.now();
  const child = spawn("env", ["-i", `PATH=${path}`, `HOME=${home}`, "sh", "-c", line], {
    cwd: work,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`Cannot measure: the line exited with ${code}`);
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      release: { type: "string", default: join(ROOT, "dist", "release") },
      mbit: { type: "string", default: "100" },
      rounds: { type: "string", default: "5" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-install-"));
  const server = await limitedServer(values.release, Number(values.mbit) * 1e6 / 8);
  try {
    console.log(`One line to a started session, at ${values.mbit} Mbit/s\n`);
    console.log("| unpacked by | transferred | fastest | median | aim |");
    console.log("| --- | --- | --- | --- | --- |");
    for (const form of ["zstd", "gunzip"] as const) {
      const more = form === "zstd" ? ["zstd"] : [];
      const path = await toolbox(join(scratch, form), [...PROGRAMS, ...more]);
      const seconds: number[] = [];
      for (let round = 0; round < Number(values.rounds); round++) {
        server.counted.bytes = 0;
        seconds.push(await installOnce(scratch, path, server.address));
      }
      const { megabytes, seconds: most } = AIMS[form];
      const cells = [
        form,
        `${(server.counted.bytes / 1e6).toFixed(1)} MB`,
        `${Math.min(...seconds).toFixed(1)} s`,
        `${quantile(seconds, 0.5).toFixed(1)} s`,
        `${megabytes} MB, ${most} s`,
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  } finally {
    server.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
