/**
 * What of a snapshot may come into this repository, and which of its sessions are wanted.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { randomBase32 } from "../platform/random.ts";
import { comparableRemote } from "../project/git_remote.ts";
import type { RepositoryMeta } from "../project/identity.ts";
import type { Manifest, ManifestRepository, ManifestSession } from "./manifest.ts";
import type { Plan } from "./plan.ts";

/** @throws `session_unknown`, `session_ambiguous` */
export function chooseSessions(
  manifest: Manifest,
  wanted: readonly string[] | undefined,
): readonly ManifestSession[] {
  if (wanted === undefined || wanted.length === 0) return manifest.sessions;
  const chosen = new Map<string, ManifestSession>();
  for (const value of wanted) {
    const exact = manifest.sessions.filter(({ id, name }) => id === value || name === value);
    const matches = exact.length > 0
      ? exact
      : manifest.sessions.filter(({ id }) => value !== "" && id.startsWith(value));
    const [first, ...others] = matches;
    if (first === undefined) {
      throw new OrchestratorError(
        "session_unknown",
        `Cannot find session ${
          JSON.stringify(value)
        }: no session in the snapshot has that ID or name`,
        { hint: "Run `orchestrator snapshot inspect` to see its sessions" },
      );
    }
    if (others.length > 0) {
      throw new OrchestratorError(
        "session_ambiguous",
        `Cannot choose session ${
          JSON.stringify(value)
        }: it matches ${matches.length} sessions of the snapshot`,
        {
          hint: "Give more characters of the ID",
          details: { sessions: matches.map(({ id }) => id) },
        },
      );
    }
    chosen.set(first.id, first);
  }
  return [...chosen.values()];
}

/**
 * Whether a snapshot may come into this repository.
 * @returns how the project is to be made; null when it is there.
 * @throws `other_repository`
 */
export function checkIdentity(
  from: ManifestRepository,
  here: {
    readonly meta: RepositoryMeta | null;
    readonly remote: string | null;
    readonly adopt: boolean;
  },
): Plan["initialise"] {
  const { meta, remote, adopt } = here;
  const known = meta?.remote ?? remote;
  const same = from.remote !== null && known !== null
    ? comparableRemote(from.remote) === comparableRemote(known)
    : null;
  if (meta === null) {
    if (same === false && !adopt) throw otherRepository(from, known);
    return { id: same === false ? randomBase32(130) : from.id, mode: from.mode };
  }
  if (meta.id !== from.id && same !== true && !adopt) throw otherRepository(from, known);
  return null;
}

function otherRepository(from: ManifestRepository, here: string | null): OrchestratorError {
  const whose = from.remote === null ? `repository ${from.id}` : `"${from.remote}"`;
  return new OrchestratorError(
    "other_repository",
    `Cannot import snapshot: it belongs to ${whose}, and this is ${
      here === null ? "another repository" : `"${here}"`
    }`,
    { hint: "Add --adopt to import its sessions anyway", details: { repository: from, here } },
  );
}
