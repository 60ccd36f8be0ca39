/**
 * What a plan for moving over holds.
 * @module
 */
import type { ScannedFile } from "../legacy/scan.ts";

/**
 * What a person decided about a file that only a person can decide about. Of a link and of a secret that
 * is still used at its old place, the content is copied and the original stays.
 */
export type Choice = "take" | "leave" | { readonly to: string };

/** How to move over. */
export interface PlanOptions {
  /** Which side counts where old and new differ. Default: the new one, with a warning. */
  readonly prefer?: "old" | "new" | undefined;
  /** Decisions by path, about custom files and links that lead out of the project. */
  readonly choices?: ReadonlyMap<string, Choice>;
  /** Copies the content of every link that can be read; the links and their targets stay. */
  readonly copyLinks?: boolean;
  /** `WORKFLOW_SALT`, when the old tool was run with one. */
  readonly salt?: string | undefined;
  /** Only what a notice says: no log is read, so workflows that only logs know are left out. */
  readonly glance?: boolean;
}

/** A file or directory that moves. Paths are relative to the root, with `/`. */
export interface PlannedMove {
  readonly from: string;
  readonly to: string;
  readonly kind: "file" | "directory" | "link";
  /** What it is, in the inventory's words. */
  readonly what: string;
  readonly files: number;
  readonly bytes: number;
}

/** A file to copy. */
export interface PlannedFile extends ScannedFile {
  readonly to: string;
  /** For its owner only. */
  readonly secret: boolean;
  /** It is a symbolic link whose content is wanted. */
  readonly follow: boolean;
  /** The original stays where it is. */
  readonly stays: boolean;
}

/** An old workflow and the session it is, or becomes. */
export interface PlannedSession {
  readonly id: string;
  readonly workflow: string;
  readonly task: string;
  readonly status: string;
  /** The session's name: the old session's id where it has one. */
  readonly name: string | null;
  /** The file it is read from. */
  readonly from: string;
  /** `create`, `keep` the one that is there already, or `replace` that by the old state. */
  readonly action: "create" | "keep" | "replace";
  /** The old session ids and the old workflow id that mean it from now on. */
  readonly aliases: readonly string[];
}

/** Lines for a session's feedback. */
export interface PlannedFeedback {
  readonly session: string;
  readonly kind: "tool" | "process";
  readonly lines: readonly string[];
}

/** Something old that is not touched. */
export interface Staying {
  readonly path: string;
  /** Where it would go when it is asked for, relative to the state directory. */
  readonly to: string;
  readonly why: string;
  /** Whether `--interactive` asks about it. */
  readonly ask: boolean;
  /** Whether taking it means a copy, so that it stays all the same. */
  readonly copied?: boolean;
  readonly link?: true;
  /** Whether the result names it too: it has an old name, and a person may expect it to move. */
  readonly named: boolean;
}

/** Old and new, or two old states, that differ. */
export interface PlannedConflict {
  readonly path: string;
  readonly session: string;
  /** Which side counts. */
  readonly resolution: "old" | "new";
  readonly message: string;
}

/** A line of a script that reads an old place. */
export interface NamedInScript {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The old place. */
  readonly name: string;
  /** The command that gives the same answer now. */
  readonly now: string;
}

/** The plan. */
export interface Plan {
  readonly moves: readonly PlannedMove[];
  /** What is copied while the original stays. */
  readonly copies: readonly PlannedMove[];
  readonly files: readonly PlannedFile[];
  readonly sessions: readonly PlannedSession[];
  readonly feedback: readonly PlannedFeedback[];
  /** Settings of `.orchestrator.yaml` that the project's definition gets. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** The definition that gets them, from the root; null when there are none. */
  readonly settingsFile: string | null;
  /** True when `.orchestrator.yaml` stays and goes on counting: its row in `stays` says why. */
  readonly settingsStay: boolean;
  /** The session that `current` will name; null when it stays as it is. */
  readonly current: string | null;
  readonly stays: readonly Staying[];
  /** Files that move and that git tracks: a commit takes them from other clones. */
  readonly tracked: readonly string[];
  readonly scripts: readonly NamedInScript[];
  readonly conflicts: readonly PlannedConflict[];
  readonly warnings: readonly string[];
  readonly total: { readonly files: number; readonly bytes: number };
  /** Bytes needed beside what is there, and free; null where the system does not tell. */
  readonly space: { readonly needed: number; readonly free: number | null };
}
