/**
 * Where the definition of a session came from, and what people are told of it.
 *
 * The project's definition is its usual file as it is committed: `workflow.yaml`, or what the
 * `workflow` key of the committed configuration names, on the current branch and on the default one.
 * Line 1 of a journal says how the bytes that the session began with relate to these; the sentences
 * are made when they are shown.
 * @module
 */
import { own } from "./record.ts";

/** How the bytes of a definition relate to the usual file of a commit or a folder. */
export type Relation = "same" | "differs" | "absent";

/** What named the definition's file; `default` is what everybody has. */
export type ChosenBy = "default" | "argument" | "environment" | "global" | "repository";

/** Why git could not tell what is committed, each as a clause. */
export const GIT_FAILURES = {
  not_installed: "git is not installed",
  other_owner: "git refuses the repository, which belongs to another user",
  unreadable: "git cannot read the repository",
  unknown: "git did not respond",
} as const;

/** What `start` finds out about a definition. */
export interface DefinitionOrigin {
  /** From the project root, with `/`; the last part only when it is outside; null: built in. */
  readonly path: string | null;
  readonly outside?: true;
  readonly chosen: ChosenBy;
  /** The id that git gives to its bytes; null without one. */
  readonly blob: string | null;
  /**
   * The project's usual file, from the project root: that of the default branch, or of the current one
   * where that has none.
   */
  readonly usual: string;
  /** Why nothing is known of commits; absent where it is. */
  readonly git?: "none" | "no_commit" | keyof typeof GIT_FAILURES;
  /** Whether `path` is committed on the current branch with these bytes. */
  readonly committed: boolean;
  /** Its relation to the usual file of the commit that is checked out. */
  readonly head: Relation;
  /** The same of the default branch; null where none is known. */
  readonly main: { readonly branch: string; readonly is: Relation } | null;
  /** The same of the usual file in the folder. */
  readonly folder: Relation;
  /** The usual file has a format, and this one an older one. */
  readonly olderFormat?: true;
  /** A file that replaced settings of the text. */
  readonly settingsFrom?: SettingsFile;
}

/** A file beside the definition that replaced settings of it. */
export interface SettingsFile {
  /** From the project root, with `/`. */
  readonly path: string;
  /** Names of the settings that it replaced, sorted. */
  readonly settings: readonly string[];
  /** SHA-256 of its text, as hex. */
  readonly sha256: string;
}

/** The origin as the state keeps it. */
export interface KnownOrigin extends DefinitionOrigin {
  /** SHA-256 of the definition's text, as hex. */
  readonly sha256: string;
}

/**
 * Another session with the same name or task, as it was when this one began. Its texts are not
 * repeated: they would have to be taken out of two journals.
 */
export interface Namesake {
  readonly session: string;
  readonly same: "name" | "task";
  readonly status: "active" | "completed" | "abandoned" | "unknown";
}

/** Other sessions with the same name or task: how many, and the newest few. */
export interface Namesakes {
  readonly count: number;
  readonly recent: readonly Namesake[];
}

/** What is to be said of a definition's origin. */
export interface OriginRemark {
  /** `deviation`: it is not the project's. `remark`: nothing is wrong, and people should know. */
  readonly kind: "deviation" | "remark";
  /** A sentence without a full stop. */
  readonly text: string;
}

const CHOOSERS: Readonly<Record<Exclude<ChosenBy, "default">, string>> = {
  argument: "named on the command line",
  environment: "named by ORCHESTRATOR_WORKFLOW",
  global: "named in a personal configuration",
  repository: "named in .orchestrator/config.yaml",
};

/** What is to be said of an origin; null when it is the project's committed file. */
export function originRemark(origin: DefinitionOrigin): OriginRemark | null {
  const { usual, head, main, folder, path } = origin;
  const isKnown = (relation: Relation | undefined) =>
    relation !== undefined && relation !== "absent";
  const committed = isKnown(head) || isKnown(main?.is);
  const deviates = committed
    ? head === "differs" || main?.is === "differs"
    : path !== usual && folder === "differs";
  if (deviates) {
    const reasons = [...reasonsOf(origin), ...(origin.olderFormat ? [OLDER] : [])];
    return { kind: "deviation", text: `Not the project's ${usual} (${reasons.join("; ")})` };
  }
  const { git } = origin;
  if (git !== undefined && git !== "none" && git !== "no_commit") {
    const text = `Cannot determine whether ${path ?? usual} is committed (${whyUnknown(git)})`;
    return { kind: "remark", text };
  }
  if (head === "same" && main?.is === "absent") {
    return { kind: "remark", text: `${usual} is not on ${main.branch} yet` };
  }
  return committed ? null : { kind: "remark", text: uncommitted(origin) };
}

/** @param git as a journal has it: a newer program may know more reasons. */
function whyUnknown(git: string): string {
  return own<string>(GIT_FAILURES, git) ?? GIT_FAILURES.unknown;
}

const OLDER = "its format is older than the project's";

function reasonsOf(origin: DefinitionOrigin): readonly string[] {
  const { path, usual, chosen, head, main } = origin;
  if (path === null) return [`the built-in one; there was no ${usual} in the folder`];
  if (path !== usual) return [named(origin)];
  const reasons: string[] = [];
  if (head === "differs") reasons.push("it differs from the committed file");
  else if (main?.is === "differs") reasons.push(`it differs from the one on ${main.branch}`);
  if (chosen !== "default" && head !== "same") reasons.push(CHOOSERS[chosen]);
  return reasons;
}

/** The file, and what named it: `easy.yaml, named on the command line`. */
function named({ path, outside, chosen, committed }: DefinitionOrigin): string {
  return [
    path ?? "",
    ...(outside === true ? ["outside the project"] : committed ? [] : ["not committed"]),
    ...(chosen === "default" ? [] : [CHOOSERS[chosen]]),
  ].join(", ");
}

function uncommitted(origin: DefinitionOrigin): string {
  const { path, usual, git } = origin;
  if (path === null) return `The workflow is the built-in one; the project has no ${usual}`;
  if (path !== usual) return `The workflow is ${named(origin)}`;
  return git === "none"
    ? `${usual} was not committed at the start (the project was not in a git repository)`
    : `${usual} was not committed at the start`;
}

/**
 * A setting that was replaced at the start, as a clause.
 * @param file the file that replaced it; undefined where `--set` did.
 */
export function settingReplaced(setting: string, file?: string): string {
  return file === undefined
    ? `setting ${setting} was replaced at the start`
    : `setting ${setting} was replaced by ${file} at the start`;
}

/** The file that replaced a setting; undefined where none did. */
export function settingFile(
  origin: Pick<DefinitionOrigin, "settingsFrom"> | undefined,
  setting: string,
): string | undefined {
  const from = origin?.settingsFrom;
  return from?.settings.includes(setting) === true ? from.path : undefined;
}

/** What sets a session's workflow apart from the project's, from its start on. */
export function startDeviations(
  state: {
    readonly definitionOrigin?: DefinitionOrigin;
    readonly overriddenSettings: readonly string[];
  },
): readonly string[] {
  const origin = state.definitionOrigin === undefined ? null : originRemark(state.definitionOrigin);
  return [
    ...(origin?.kind === "deviation" ? [origin.text] : []),
    ...state.overriddenSettings.map((setting) =>
      settingReplaced(setting, settingFile(state.definitionOrigin, setting))
    ),
  ];
}

/** One namesake: `abc, finished when this one started`. */
export function namesakeText({ session, status }: Namesake): string {
  const stood = {
    active: "active",
    completed: "finished",
    abandoned: "abandoned",
    unknown: "unreadable",
  }[status];
  return `${session}, ${stood} when this one started`;
}
