/**
 * What an audit of a journal finds.
 * @module
 */

/** A line that no command can have made in the state before it. */
export interface Contradiction {
  /** 1-based. */
  readonly line: number;
  /** What the line says, as a clause after "claims that". */
  readonly claims: string;
  /** Why that was not possible, or what was, as a clause. */
  readonly instead: string;
}

/** Something odd that is possible: never a reason to refuse anything. */
export interface AuditRemark {
  /** 1-based. */
  readonly line: number;
  /** A clause after "line N". */
  readonly remark: string;
}

/** What an audit found. */
export interface AuditReport {
  /** Lines that were decided again, and line 1. */
  readonly decided: number;
  /** Lines that were decided under rules that this program does not know. */
  readonly newer: number;
  /** In the order of the journal, without those that a person accepted. */
  readonly contradictions: readonly Contradiction[];
  readonly remarks: readonly AuditRemark[];
}

/** "line 7 claims that …, but …" */
export function contradictionText({ line, claims, instead }: Contradiction): string {
  return `line ${line} claims that ${claims}, but ${instead}`;
}
