/**
 * What events record and the state keeps as it was recorded.
 * @module
 */

import type { FileFacts } from "./work_record.ts";

/** The author of an event. */
export interface Actor {
  readonly kind: "person" | "agent" | "ci";
  /** Login name, or the value of `ORCHESTRATOR_ACTOR`. */
  readonly name: string;
  /** The agent's product name (`claude-code`, `codex`, …), when kind is `agent`. */
  readonly agent?: string;
  /**
   * Which of several agents of one product: the first 8 hex digits of a hash of its own session id.
   * Absent where it names none, and in lines of earlier programs.
   */
  readonly instance?: string;
}

/** How a person's approval was given: part of the event, so that it can be audited. */
export interface Approval {
  /** `terminal`: answered a prompt. `flag`: `--yes` without a prompt. */
  readonly how: "terminal" | "flag";
  /** Which detection decided whether an agent is running: a variable's name, or `none`. */
  readonly detection: string;
  /** True when an agent approved because the workflow allows it (`agents_may_approve`). */
  readonly byAgent?: boolean;
  /** Where it was given; absent in lines of earlier programs. */
  readonly place?: ApprovalPlace;
  /** The file that was approved, where the item names one. */
  readonly file?: ApprovedFile;
  /** Ids of required items of the phase that come before it and were not done; absent without any. */
  readonly open?: readonly string[];
  /** Items whose proofs did not fit the files, as `PHASE/item`; absent without any. */
  readonly stale?: readonly string[];
}

/** How an approval that the old tool recorded is marked: nothing was detected, and no prompt was shown. */
export const IMPORTED_APPROVAL = { how: "flag", detection: "imported" } as const;

/** A revocation that was made in another half of a session that was split. */
export interface RevokedElsewhere {
  /** That session's id. */
  readonly session: string;
  /** The number of the event there. */
  readonly seq: number;
  readonly made: { readonly at: string; readonly by: Actor };
  /** The event of this session after which the other half was split off; absent where this one was. */
  readonly common?: number;
}

/** Where an approval was given. */
export interface ApprovalPlace {
  /** Name of the terminal, e.g. `/dev/pts/3`; `none` without one, `unknown` where it has no name. */
  readonly terminal: string;
  /**
   * Names of the programs that ran the command, nearest first; at most {@link PROGRAMS_LIMIT}.
   * `unknown` where the system does not tell.
   */
  readonly programs: readonly string[] | "unknown";
}

/** How many programs an approval names. */
export const PROGRAMS_LIMIT = 8;

/** The longest name of a program or a terminal in an approval, in characters. */
export const PLACE_NAME_LIMIT = 64;

/** A file as it was when it was approved. */
export interface ApprovedFile {
  /** Relative to the project root, with `/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Of its content, in hex. */
  readonly sha256: string;
  /** The id that git gives to its bytes. */
  readonly blob: string;
}

/** What was found when the files that evidence names (`files_reviewed`) were looked for. */
export interface EvidenceFiles {
  /** Places in its list, from 0, of those that were not there. */
  readonly missing: readonly number[];
}

/** What ran a command. */
export interface ShellRecord {
  /** Of its file, links followed: `bash`, `dash`, `busybox`, `cmd`. */
  readonly name: string;
  /** Where it was found: absolute. */
  readonly path: string;
  /** Of a bash, where it says so. */
  readonly version?: string;
  /** Whether a command fails as soon as one of its parts does. */
  readonly strict: boolean;
}

/** The result of a verification, as recorded. */
export type VerificationOutcome =
  | { readonly type: "none"; readonly passed: true }
  | {
    readonly type: "file_exists";
    readonly passed: boolean;
    /** Relative to the project root, with `/`. */
    readonly path: string;
    /** What was there; absent in lines of earlier programs, and where it was not looked at. */
    readonly found?: FileFacts;
    readonly reason?: string;
    /** What is odd of what passed, as a clause. */
    readonly remark?: string;
  }
  | {
    readonly type: "command";
    readonly passed: boolean;
    readonly command: string;
    readonly expectedExitCode: number;
    /** Null when the command was ended by a signal, timed out, or could not be started. */
    readonly exitCode: number | null;
    readonly signal?: string;
    readonly timedOut?: boolean;
    readonly durationMs: number;
    /** The last part of what it printed, bounded, secrets redacted. */
    readonly outputTail: string;
    readonly reason?: string;
    /** Absent when nothing ran, and in lines of older programs. */
    readonly shell?: ShellRecord;
    /** Where it ran, relative to the project root; absent for the root itself. */
    readonly dir?: string;
    /** What the first word of the command was; absent where that cannot be said. */
    readonly program?: string;
    /** Names of variables that change what programs do, sorted; absent where there was none. */
    readonly variables?: readonly string[];
    /** Files of the state directory that were edited while it ran; absent where none was. */
    readonly wroteState?: readonly string[];
    /** What is odd about the program, as a clause; absent where nothing is. */
    readonly remark?: string;
  };

/** A history in a file of the session. */
export interface HistoryFile {
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  readonly lines: number;
  readonly bytes: number;
}
