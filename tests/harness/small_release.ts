/**
 * Small releases for tests: signed and complete, but with a few lines of shell in the place of the
 * executable, and a server on loopback that has them.
 * @module
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";
import { fillInstaller } from "../../scripts/release/installers.ts";
import { gzip, zstd } from "../../scripts/release/compression.ts";
import { publicKeysOf, type SigningKeys, signSums } from "../../scripts/release/signing.ts";
import { executableFile, formatSums, SUMS_NAME } from "../../src/release/sums.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/** A release to make. */
export interface SmallRelease {
  readonly folder: string;
  readonly version: string;
  readonly keys: SigningKeys;
  /** Default: `linux-x64` and `linux-arm64`. */
  readonly targets?: readonly string[];
  /** Default: both. */
  readonly forms?: readonly ("gz" | "zst")[];
  /** The executable. Default: a script that answers `--version` as the program does. */
  readonly executable?: Uint8Array;
}

/** Writes the files of a release into its folder, `install.sh` and `install.ps1` among them. */
export async function makeSmallRelease(request: SmallRelease): Promise<void> {
  const { folder, version, keys, targets = ["linux-x64", "linux-arm64"] } = request;
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, string>();
  const executables = new Map<string, string>();
  for (const target of targets) {
    const data = request.executable ?? answering(version, target);
    executables.set(target, sha256(data));
    for (const form of request.forms ?? ["gz", "zst"] as const) {
      const name = executableFile(version, target, form);
      const packed = form === "gz" ? await gzip(data) : await zstd(data, 1);
      writeFileSync(join(folder, name), packed);
      files.set(name, sha256(packed));
    }
  }
  const known = formatSums({ version, files, executables }).trimEnd().split("\n").slice(1);
  for (const name of ["install.sh", "install.ps1"]) {
    const template = readFileSync(join(ROOT, "scripts", name), "utf8");
    const filled = fillInstaller(template, { version, known, keys: publicKeysOf(keys) });
    writeFileSync(join(folder, name), filled);
    files.set(name, sha256(new TextEncoder().encode(filled)));
  }
  writeSums(folder, formatSums({ version, files, executables }), keys);
}

/** Writes `SHA256SUMS` and its signatures. */
export function writeSums(folder: string, text: string, keys: SigningKeys): void {
  const bytes = new TextEncoder().encode(text);
  writeFileSync(join(folder, SUMS_NAME), bytes);
  for (const [name, data] of Object.entries(signSums(bytes, keys))) {
    writeFileSync(join(folder, name), data);
  }
}

/** A stand-in for the executable. */
export function answering(version: string, target: string): Uint8Array {
  return new TextEncoder().encode(
    `#!/bin/sh
[ "$1" = --version ] || exit 3
if [ "\${2-}" = --json ]; then
  echo '{"schemaVersion":1,"command":"version","data":{"version":"${version}","target":"${target}"},"warnings":[]}'
else
  echo "orchestrator ${version} (bun 1.0.0, ${target})"
fi
`,
  );
}

export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Serves the files of a folder on loopback. Use with `await using`. */
export class FileServer implements AsyncDisposable {
  readonly #server: Server;
  /** What was asked for, without the slash. */
  readonly asked: string[] = [];

  /** @param bytesPerSecond how fast it sends at most. Default: as fast as it can. */
  constructor(folder: string, bytesPerSecond = Infinity) {
    this.#server = createServer((request, response) => {
      const name = decodeURIComponent((request.url ?? "/").slice(1));
      this.asked.push(name);
      let data: Uint8Array;
      try {
        data = readFileSync(join(folder, name));
      } catch {
        response.writeHead(404).end("not found\n");
        return;
      }
      response.writeHead(200, { "content-length": data.length });
      if (bytesPerSecond === Infinity) {
        response.end(data);
        return;
      }
      const started = performance.now();
      let sent = 0;
      const timer = setInterval(() => {
        const due = Math.floor((performance.now() - started) / 1000 * bytesPerSecond);
        response.write(data.subarray(sent, due));
        sent = Math.max(sent, due);
        if (sent >= data.length) {
          clearInterval(timer);
          response.end();
        }
      }, 10);
      response.on("close", () => clearInterval(timer));
    });
  }

  /** Begins to listen. @returns the address, `http://127.0.0.1:…`. */
  listen(): Promise<string> {
    return new Promise((found) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        if (address === null || typeof address === "string") throw new Error("no port");
        found(`http://127.0.0.1:${address.port}`);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
