/**
 * Where secrets can lie.
 * @module
 */
import { dirname, join } from "node:path";
import type { Within } from "../platform/within.ts";

/** Where secrets can be. */
export type SourceName = FolderSource | (typeof CONFIGURED_SOURCES)[number];

/** Those that `secrets.order` can name. */
export const CONFIGURED_SOURCES = [
  "repository",
  "global",
  "files",
  "secrets_repo",
  "environment",
  "prefixed",
] as const;

/** Those that are folders. `global_here` is the user's folder for one repository, in front of `global`. */
export type FolderSource = "repository" | "global_here" | "global";

/** The folders, in the order in which they are looked into unless the configuration says otherwise. */
export const FOLDER_SOURCES: readonly FolderSource[] = ["repository", "global_here", "global"];

/** What stands before a secret's name in the variables of `prefixed`. */
export const PREFIX = "ORCHESTRATOR_SECRET_";

/** The folders that secrets lie in or below. */
export interface SecretRoots {
  /** The project root; null where there is no project. */
  readonly root: string | null;
  /** The repository's id; null where it has none yet. */
  readonly id: string | null;
  /** `.orchestrator/secrets`; null where there is no project. */
  readonly repository: string | null;
  /** `~/.orchestrator/secrets`; null where there is no home. */
  readonly global: string | null;
  /** `~/.orchestrator/secrets/<repository's id>`; null where it has no id yet, and without a home. */
  readonly globalHere: string | null;
  readonly home: string | null;
  /** Where copies of repositories of secrets are; null where there is no place for them. */
  readonly cache: string | null;
}

/** A place where the old tool, or moving over from it, may have left an encrypted file. */
export interface OldPlace {
  readonly source: "repository" | "global";
  readonly kind: "openssl" | "sops";
  readonly path: string;
  /** The directory below which no link is followed; null where its user fills it. */
  readonly within: Within;
}

/** All such places, in the order in which they are looked into. */
export function oldPlaces({ root, repository, global, home }: SecretRoots): readonly OldPlace[] {
  const places: OldPlace[] = [];
  if (root !== null && repository !== null) {
    const state = dirname(repository);
    const source = "repository" as const;
    places.push(
      { source, kind: "openssl", path: join(repository, ".secrets.enc"), within: state },
      { source, kind: "openssl", path: join(repository, "secrets.enc"), within: state },
      { source, kind: "openssl", path: join(root, ".secrets.enc"), within: null },
      { source, kind: "openssl", path: join(root, ".manus", "secrets.enc"), within: null },
      { source, kind: "sops", path: join(repository, "secrets.enc.yaml"), within: state },
      { source, kind: "sops", path: join(root, "secrets.enc.yaml"), within: null },
      { source, kind: "sops", path: join(root, ".manus", "secrets.enc.yaml"), within: null },
    );
  }
  if (home !== null && global !== null) {
    const source = "global" as const;
    const config = join(home, ".config", "orchestrator");
    places.push(
      { source, kind: "openssl", path: join(global, ".secrets.enc"), within: null },
      { source, kind: "openssl", path: join(global, "secrets.enc"), within: null },
      { source, kind: "openssl", path: join(config, "secrets.enc"), within: null },
      { source, kind: "sops", path: join(global, "secrets.enc.yaml"), within: null },
    );
  }
  return places;
}
