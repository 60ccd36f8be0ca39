/**
 * `release.json`: a release for programs. What is generated for package managers is made from it.
 * @module
 */
import type { System } from "./systems.ts";

/** A file of a release. */
export interface ReleasedFile {
  readonly name: string;
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** What a release has for one target. */
export interface ReleasedTarget extends System {
  /** The unpacked executable. */
  readonly executable: ReleasedFile;
  /** The same as a single compressed file. */
  readonly gz: ReleasedFile;
  readonly zst: ReleasedFile;
  /** With licences, completions and man pages: `.tar.gz`, `.zip` for Windows. */
  readonly archive: ReleasedFile;
}

/** The whole release. */
export interface ReleaseManifest {
  readonly format: 1;
  readonly name: "orchestrator";
  readonly version: string;
  readonly commit: string | null;
  /** Of the commit, RFC 3339. */
  readonly date: string | null;
  readonly engine: { readonly name: "bun"; readonly version: string };
  readonly targets: Readonly<Record<string, ReleasedTarget>>;
  readonly billOfMaterials: ReleasedFile;
}

/** All its files, apart from the manifest, checksums, signatures and installers. */
export function filesOf(manifest: ReleaseManifest): readonly ReleasedFile[] {
  return [
    ...Object.values(manifest.targets).flatMap(({ gz, zst, archive }) => [gz, zst, archive]),
    manifest.billOfMaterials,
  ];
}
