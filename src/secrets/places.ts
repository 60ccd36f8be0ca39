/**
 * Where secrets can lie.
 * @module
 */
import { join } from "node:path";

/** Where secrets can be. */
export type SourceName = "repository" | "global" | "environment";

/** The folders that secrets lie in or below. */
export interface SecretRoots {
  /** The project root; null where there is no project. */
  readonly root: string | null;
  /** `.orchestrator/secrets`; null where there is no project. */
  readonly repository: string | null;
  /** `~/.orchestrator/secrets`; null where there is no home. */
  readonly global: string | null;
  readonly home: string | null;
}

/** A place where the old tool, or moving over from it, may have left an encrypted file. */
export interface OldPlace {
  readonly source: "repository" | "global";
  readonly kind: "openssl" | "sops";
  readonly path: string;
}

/** All such places, in the order in which they are looked into. */
export function oldPlaces({ root, repository, global, home }: SecretRoots): readonly OldPlace[] {
  const places: OldPlace[] = [];
  if (root !== null && repository !== null) {
    places.push(
      { source: "repository", kind: "openssl", path: join(repository, ".secrets.enc") },
      { source: "repository", kind: "openssl", path: join(repository, "secrets.enc") },
      { source: "repository", kind: "openssl", path: join(root, ".secrets.enc") },
      { source: "repository", kind: "openssl", path: join(root, ".manus", "secrets.enc") },
      { source: "repository", kind: "sops", path: join(repository, "secrets.enc.yaml") },
      { source: "repository", kind: "sops", path: join(root, "secrets.enc.yaml") },
      { source: "repository", kind: "sops", path: join(root, ".manus", "secrets.enc.yaml") },
    );
  }
  if (home !== null && global !== null) {
    places.push(
      { source: "global", kind: "openssl", path: join(global, ".secrets.enc") },
      { source: "global", kind: "openssl", path: join(global, "secrets.enc") },
      {
        source: "global",
        kind: "openssl",
        path: join(home, ".config", "orchestrator", "secrets.enc"),
      },
      { source: "global", kind: "sops", path: join(global, "secrets.enc.yaml") },
    );
  }
  return places;
}
