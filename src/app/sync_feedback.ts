/**
 * Sending feedback: what of the project's records may leave this machine, and where to.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { AGENTS } from "../project/environment.ts";
import { type FeedbackKind, readFeedback } from "../session/feedback.ts";
import { type SharedField, type SharedRecord, sharedRecord } from "../session/shared_feedback.ts";
import { holdsCredentials, shownRemote } from "../state_branch/destination.ts";
import { FeedbackBranch } from "../state_branch/feedback_branch.ts";
import { claimOn, confirmedValue } from "./confirmed_value.ts";
import type { Workspace } from "./workspace.ts";

/** As in "Cannot <doing>". */
export const DOING = "sync feedback";

/** A push of feedback has at least this time, in seconds. */
const LEAST_TIMEOUT = 30;

/** Shorter names of users and machines are words that occur anywhere. */
const SHORTEST_NAME = 4;

/** Where feedback goes. */
export interface FeedbackTarget {
  /** The URL that git gets. */
  readonly url: string;
  /** The same without credentials. */
  readonly shown: string;
}

/**
 * Where feedback may be sent to.
 * @throws `config_invalid` while a person has not switched it on or named no place; `trust_needed`
 */
export async function feedbackTarget(workspace: Workspace): Promise<FeedbackTarget> {
  const config = await workspace.config();
  config.require("feedback_sync", DOING);
  const { value, origin, shadowed } = config.effective("feedback_sync");
  const isOwn = origin.layer !== "repository" ||
    shadowed.some((entry) => entry.origin.layer === "global" && entry.value === true);
  if (value !== true || !isOwn) {
    const why = value === true
      ? "a file of the repository sets feedback_sync, which only a person can switch on"
      : "feedback_sync is off";
    throw refused(why, "feedback_sync true");
  }
  if (config.require("feedback_remote", DOING) === null) {
    throw refused("feedback_remote is not set", "feedback_remote <url>");
  }
  const claim = claimOn(config, "feedback_remote");
  if (claim !== null && holdsCredentials(claim.value)) {
    throw new OrchestratorError(
      "config_invalid",
      `Cannot ${DOING}: the URL of feedback_remote in the repository's file contains credentials`,
      { hint: "Write the URL without them, and store them in git's credential helper" },
    );
  }
  const url = await confirmedValue(workspace, "feedback_remote", DOING);
  if (url === null) throw refused("feedback_remote is not set", "feedback_remote <url>");
  return { url, shown: shownRemote(url) };
}

function refused(why: string, setting: string): OrchestratorError {
  return new OrchestratorError("config_invalid", `Cannot ${DOING}: ${why}`, {
    hint: `Ask a person to run \`orchestrator config set --global ${setting}\``,
  });
}

/** The branch there. The caller disposes of it. */
export async function openFeedbackBranch(
  workspace: Workspace,
  { url }: FeedbackTarget,
): Promise<FeedbackBranch> {
  const seconds = (await workspace.config()).get("state_push_timeout");
  const timeoutMs = Math.max(seconds, LEAST_TIMEOUT) * 1000;
  return await FeedbackBranch.open(url, workspace.io.env, timeoutMs);
}

/** What is allowed to be sent. @throws `config_invalid` */
export async function allowedFields(workspace: Workspace): Promise<readonly SharedField[]> {
  const config = await workspace.config();
  return config.require("feedback_fields", DOING).filter(isField);
}

function isField(name: string): name is SharedField {
  return name === "day" || name === "author" || name === "numbers" || name === "text";
}

/**
 * The records of all sessions that are here, as they would be sent.
 * @param only id of the only session that is looked at.
 */
export async function recordsToShare(
  workspace: Workspace,
  fields: readonly SharedField[],
  only?: string,
): Promise<readonly SharedRecord[]> {
  const { manager } = workspace;
  const clean = await cleaner(workspace);
  const agents = AGENTS.map(({ name }) => name);
  const records = new Map<string, SharedRecord>();
  const sessions = only === undefined ? await manager.listSessions() : [only];
  for (const session of [...sessions].sort()) {
    try {
      let lineage: string | undefined;
      for (const kind of ["tool", "process"] as const satisfies readonly FeedbackKind[]) {
        for (const entry of await readFeedback(manager, session, kind)) {
          lineage ??= (await manager.load(session)).state.lineage;
          const record = sharedRecord(entry, { lineage, kind, fields, agents, clean });
          records.set(record.id, record);
        }
      }
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      workspace.warn(`The feedback of session ${session} is not sent: ${error.message}`);
    }
  }
  return [...records.values()];
}

/** Takes secrets out of a text, and the paths and names of this machine. */
async function cleaner(workspace: Workspace): Promise<(text: string) => string> {
  const { io, paths } = workspace;
  const redactor = await workspace.redactor();
  const { hostname } = await import("node:os");
  const places: readonly (readonly [string, string])[] = [
    [paths.root, "[project]"],
    ...(io.home === undefined ? [] : [[io.home, "[home]"] as const]),
  ];
  const names: readonly (readonly [string, string])[] = [
    [hostname(), "[host]"],
    [io.userName(), "[user]"],
    [workspace.actor.name, "[user]"],
  ];
  const found = names.filter(([name]) => name.length >= SHORTEST_NAME && name !== "root")
    .map(([name, stand]) => [wholeWord(name), stand] as const);
  return (text) => {
    let cleaned = redactor.redact(text);
    for (const [path, stand] of places) {
      if (path.length > 1) cleaned = cleaned.replaceAll(path, stand);
    }
    for (const [name, stand] of found) cleaned = cleaned.replace(name, stand);
    return cleaned;
  };
}

function wholeWord(name: string): RegExp {
  const exact = name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${exact}(?![\\p{L}\\p{N}_])`, "gu");
}
