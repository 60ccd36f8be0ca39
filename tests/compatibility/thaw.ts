/**
 * Frozen repositories, unpacked for one test.
 * @module
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Repository } from "../crash/repository.ts";
import { Scratch } from "../harness/scratch.ts";
import { unpack } from "./archive.ts";
import type { RepositoryFacts } from "./facts.ts";

/** Where the repositories of all versions are. */
export const FROZEN = resolve(import.meta.dirname ?? ".", "../fixtures/frozen");

/** What is kept beside the archives of a version. */
export interface Frozen {
  readonly version: string;
  /** Facts by archive and project. */
  readonly repositories: Readonly<Record<string, Readonly<Record<string, RepositoryFacts>>>>;
}

/** All versions, the oldest first. */
export function frozenVersions(): readonly Frozen[] {
  return readdirSync(FROZEN).filter((name) => existsSync(join(FROZEN, name, "expected.json")))
    .sort((left, right) => left.localeCompare(right, "en", { numeric: true }))
    .map((version) => JSON.parse(readFileSync(join(FROZEN, version, "expected.json"), "utf8")));
}

/** An archive in a scratch folder. Use with `using`. */
export class Thawed implements Disposable {
  readonly #scratch = new Scratch();
  readonly executable: string;
  /** Holds the projects and what lies beside them. */
  readonly folder: string;

  constructor(version: string, archive: string, executable: string) {
    this.executable = executable;
    this.folder = join(this.#scratch.top, "thawed");
    mkdirSync(this.folder);
    unpack(join(FROZEN, version, `${archive}.tar.gz`), this.folder);
  }

  /** One of its projects. */
  repository(name = "project", executable = this.executable): Repository {
    return new Repository(join(this.folder, name), executable, this.#scratch.home);
  }

  /** A copy of a project, which nothing that happens here touches. */
  copy(of: string, name: string): Repository {
    cpSync(join(this.folder, of), join(this.folder, name), {
      recursive: true,
      preserveTimestamps: true,
    });
    return this.repository(name);
  }

  /** A new folder beside the projects. */
  create(name: string): Repository {
    mkdirSync(join(this.folder, name));
    return this.repository(name);
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]();
  }
}
