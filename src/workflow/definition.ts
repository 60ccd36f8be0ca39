/**
 * The types of a workflow definition, as `workflow.yaml` spells them.
 *
 * A definition is a list of phases; a phase is a list of items; an item says what must be done and
 * which proof (`verification`) or decision (`step_type`) it needs. The field names are those of the
 * file format, so they have underscores.
 *
 * Types only: `parse_definition.ts` reads files.
 * @module
 */

/** A value a setting can have. Only strings, numbers and booleans can be substituted in templates. */
export type SettingValue =
  | string
  | number
  | boolean
  | null
  | readonly SettingValue[]
  | { readonly [key: string]: SettingValue };

/** `settings:` of a workflow, after overrides from `start --set`. */
export type Settings = Readonly<Record<string, SettingValue>>;

/** What runs a command, see {@link "./command_setup.ts"}. */
export type ShellChoice = "strict" | "sh" | "bash" | "cmd" | "powershell" | "pwsh";

/** How strictly an item is enforced. */
export type StepType = "gate" | "required" | "documented" | "flexible";

/** The proof that an item needs to be completed. */
export type Verification =
  | { readonly type: "none" }
  | {
    readonly type: "file_exists";
    readonly path: string;
    /** Absent: a regular file. */
    readonly kind?: "directory";
    /** The content may be what it was when the session began. */
    readonly may_be_old?: true;
  }
  | {
    readonly type: "command";
    readonly command: string;
    /** The exit code that counts as success. */
    readonly expect_exit_code: number;
  }
  | {
    readonly type: "manual_gate";
    readonly description?: string;
    /** The file that is approved. Only in `format: 2`. */
    readonly path?: string;
  };

/** The evidence schemas that a `documented` item can require. */
export type EvidenceSchemaName =
  | "CodeAnalysisEvidence"
  | "EdgeCaseEvidence"
  | "SpecReviewEvidence"
  | "TestPlanEvidence";

/** One thing to do. */
export interface ItemDefinition {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** Ids of items that must be done before it; absent without any. */
  readonly needs?: readonly string[];
  /** Blocks `advance` until completed or skipped. */
  readonly required: boolean;
  /** As written; what really may be skipped is decided by {@link "./skip_rules.ts"}. */
  readonly skippable: boolean;
  readonly skip_conditions: readonly string[];
  readonly verification: Verification;
  /** Globs: a change of other files leaves the item's proof as good as it was. Absent: all files count. */
  readonly inputs?: readonly string[];
  readonly step_type: StepType;
  readonly evidence_schema?: EvidenceSchemaName;
  readonly evidence_prompt?: string;
  readonly notes: readonly string[];
  readonly agent?: string;
  /** Seconds a verification command may run. */
  readonly timeout: number;
  /** What runs its command; the settings or the format say so where it does not. */
  readonly shell?: ShellChoice;
  /** Where its command runs, relative to the project root; a template. */
  readonly dir?: string;
  /** Variables of its command, besides those of the settings; values are templates. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A group of items that is finished before the next begins. */
export interface PhaseDefinition {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly items: readonly ItemDefinition[];
  /** `human_approval` requires `approve --phase`; other values are kept and have no effect. */
  readonly exit_gate?: string;
  readonly notes: readonly string[];
  readonly required_reviews: readonly string[];
  readonly phase_type: "strict" | "guided" | "autonomous";
  readonly intended_tools: readonly string[];
  readonly agent?: string;
  readonly executor?: string;
}

/** A whole workflow. Item ids are unique within a phase, phase ids within the workflow. */
export interface WorkflowDefinition {
  /** Absent in a file that has none: it means what it meant before there were formats. */
  readonly format?: 2;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly phases: readonly PhaseDefinition[];
  readonly settings: Settings;
}

/** Seconds a verification command may run when the item does not say. */
export const DEFAULT_TIMEOUT_SECONDS = 300;
