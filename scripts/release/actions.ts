/**
 * The actions that workflows and the generated action use, by the commit of the named release. A tag
 * can be moved, a commit cannot.
 * @module
 */

/** A commit, and the release it is. */
export interface PinnedAction {
  readonly commit: string;
  readonly release: string;
}

export const ACTIONS: Readonly<Record<string, PinnedAction>> = {
  "actions/attest": {
    commit: "1e69f48acb82d1966a394da916b4c1698aa569d6",
    release: "v4.2.2",
  },
  "actions/cache": { commit: "27d5ce7f107fe9357f9df03efb73ab90386fccae", release: "v5.0.5" },
  "actions/checkout": { commit: "3d3c42e5aac5ba805825da76410c181273ba90b1", release: "v7.0.1" },
  "actions/download-artifact": {
    commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    release: "v8.0.1",
  },
  "actions/setup-node": { commit: "820762786026740c76f36085b0efc47a31fe5020", release: "v7.0.0" },
  "actions/upload-artifact": {
    commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    release: "v7.0.0",
  },
  "denoland/setup-deno": { commit: "667a34cdef165d8d2b2e98dde39547c9daac7282", release: "v2.0.4" },
};

/** What stands behind `uses:`. */
export function usesOf(name: string): string {
  const action = ACTIONS[name];
  if (action === undefined) throw new Error(`${name} is not in scripts/release/actions.ts`);
  return `${name}@${action.commit} # ${action.release}`;
}
