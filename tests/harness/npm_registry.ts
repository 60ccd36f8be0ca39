/**
 * A registry of npm packages on loopback, with what a folder of packed packages holds.
 * @module
 */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";

/** A packed package. */
interface Packed {
  readonly file: string;
  readonly data: Uint8Array;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** The registry. Use with `await using`. */
export class NpmRegistry implements AsyncDisposable {
  readonly #server: Server;
  readonly #documents = new Map<string, (base: string) => unknown>();
  readonly #archives = new Map<string, Uint8Array>();
  /** Packages whose archive was downloaded. */
  readonly downloaded: string[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const name = decodeURIComponent((request.url ?? "/").slice(1));
      const base = `http://${request.headers.host}`;
      const document = this.#documents.get(name);
      const archive = this.#archives.get(name.replace(/^-\//, ""));
      if (document !== undefined) {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(document(base)));
      } else if (archive !== undefined) {
        this.downloaded.push(name.replace(/^-\//, ""));
        response.writeHead(200, { "content-type": "application/octet-stream" }).end(archive);
      } else response.writeHead(404).end("{}");
    });
  }

  /** Begins to listen. */
  static async open(packages: AsyncIterable<Packed>): Promise<NpmRegistry> {
    const registry = new NpmRegistry();
    for await (const { file, data } of packages) await registry.#add(file, data);
    await new Promise<void>((ready) => registry.#server.listen(0, "127.0.0.1", ready));
    return registry;
  }

  async #add(file: string, data: Uint8Array): Promise<void> {
    const entries = await unpackTar(gunzipSync(data));
    const entry = entries.find(({ header }) => header.name === "package/package.json");
    const manifest = JSON.parse(new TextDecoder().decode(entry?.data)) as Manifest;
    const integrity = `sha512-${createHash("sha512").update(data).digest("base64")}`;
    this.#archives.set(file, data);
    this.#documents.set(manifest.name, (base) => ({
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: {
        [manifest.version]: { ...manifest, dist: { tarball: `${base}/-/${file}`, integrity } },
      },
    }));
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
