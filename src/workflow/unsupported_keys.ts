/**
 * Keys that would change what runs or what is required, if this program knew them.
 *
 * People write them because other tools have them. Where they are ignored, a check runs in another
 * place, without its condition, or not at all, and the workflow passes all the same: so they are
 * errors, in every format, until they work.
 * @module
 */
import type { Level } from "./definition_schema.ts";
import { own } from "./record.ts";

/** A reason why the keys have no effect, as a hint. */
interface Group {
  readonly hint: string;
  readonly keys: string;
  /** Where they are refused; everywhere by default. */
  readonly levels?: readonly Level[];
}

const ITEMS: readonly Level[] = ["item", "step"];
const BELOW_TOP: readonly Level[] = ["phase", "item", "step", "verification"];

/** Keys in snake_case, separated by spaces. Of two groups with a key, the first that applies wins. */
const GROUPS: readonly Group[] = [
  {
    levels: ITEMS,
    hint: 'Write "needs" with the ids of the items that must be done before',
    keys: "depends_on depends dependencies prerequisites blocked_by run_after wait_for",
  },
  {
    hint: "Order the phases and items in the file: they are done from top to bottom",
    keys: "needs depends_on depends dependencies prerequisites blocked_by run_after run_before " +
      "wait_for next goto parallel concurrency",
  },
  { levels: BELOW_TOP, hint: '"requires" belongs at the top of the file', keys: "requires" },
  {
    hint: "There are no conditions: an item always applies; let its command decide instead",
    keys: "if unless when only except only_if not_if run_if skip_if when_changed condition " +
      "conditions rules enabled disabled skip skipped ignore failed_when changed_when",
  },
  {
    hint: "Write one item for each",
    keys: "for_each foreach each loop with_items matrix strategy repeat times while until",
  },
  {
    hint: "A command runs once for each `complete`, and its exit code decides",
    keys: "retry retries max_retries attempts max_attempts retry_delay backoff continue_on_error " +
      "continue_on_failure allow_failure allow_failures ignore_error ignore_errors " +
      "ignore_failure soft_fail fail_fast on_failure on_error on_success on_fail",
  },
  {
    hint: "Commands run in this repository only; start a session in the other one for its part",
    keys: "repo repos repository repositories project_root host hosts runs_on remote",
  },
  {
    levels: ["verification"],
    hint: '"shell", "dir" and "env" belong in the item, next to "verification:"',
    keys: "shell dir env",
  },
  {
    levels: ["phase", "workflow"],
    hint: '"shell", "dir" and "env" belong in an item, or for all of them under "settings:"',
    keys: "shell dir env",
  },
  {
    hint: 'Write "dir" in the item: a directory inside the project, relative to its root',
    keys: "working_directory working_dir workdir cwd pwd directory chdir root",
  },
  {
    hint: 'Write "env" in the item: a map of names and texts',
    keys: "environment environments env_file env_vars vars variables",
  },
  {
    hint: 'Write "env" in the item, or use {{setting}} with a value under "settings:"',
    keys: "input outputs output with args arguments params parameters defaults",
  },
  {
    levels: ["workflow", "phase", "verification"],
    hint: '"inputs" belongs in an item: globs of the files that its proof is about',
    keys: "inputs",
  },
  {
    hint: "Name the program in the command, e.g. `docker run …`",
    keys: "image container docker services user sudo",
  },
  {
    hint: "Write its content into this file",
    keys: "include includes import imports extends extend uses use inherit inherits template " +
      "templates ref $ref call",
  },
  {
    levels: ["verification", "phase", "workflow"],
    hint: '"timeout" (in seconds) belongs in the item',
    keys: "timeout",
  },
  {
    hint: 'Write "timeout" (in seconds) in the item',
    keys: "timeout_seconds timeout_minutes timeout_ms time_limit deadline max_duration",
  },
  {
    levels: ["verification"],
    hint: 'Write one path or command for each item; the proof is "path" or "command"',
    keys: "file files paths run cmd commands script scripts exec all any all_of any_of not " +
      "checks verifications",
  },
  {
    levels: ["verification"],
    hint: 'Let a command check it, and its exit code decide ("expect_exit_code")',
    keys: "exit_code expected_exit_code expect_exit expect expected expect_output contains " +
      "pattern patterns matches regex no_pattern min_size max_size non_empty not_empty sha256 " +
      "checksum stdout stderr expect_empty url schema assert",
  },
  {
    levels: ["verification"],
    hint: 'It belongs in the item, next to "verification:"',
    keys: "step_type required skippable skip_conditions evidence_schema evidence",
  },
  {
    levels: ["verification"],
    hint: 'It belongs in a phase: "exit_gate: human_approval"',
    keys: "exit_gate",
  },
  {
    levels: ["item"],
    hint: 'Write "verification: {type: command, command: …}"',
    keys: "command run cmd commands script scripts exec expect_exit_code exit_code action actions",
  },
  {
    levels: ["step"],
    hint: 'Write "command", or "verification:" with what must hold',
    keys: "run cmd commands script scripts exec exit_code action actions",
  },
  {
    levels: ITEMS,
    hint: 'Write "verification: {type: file_exists, path: …}"',
    keys: "path paths file files file_exists artifacts required_artifacts",
  },
  {
    levels: ITEMS,
    hint: 'Did you mean "step_type", or "type" under "verification:"?',
    keys: "type",
  },
  {
    levels: ITEMS,
    hint: 'Write "verification:" with one type: file_exists, command or manual_gate',
    keys: "verify verifications check checks gate gates test tests proof assert manual_gate " +
      "exit_gate before_script after_script pre post setup teardown cleanup hooks",
  },
  {
    levels: ITEMS,
    hint: 'Write "step_type: documented", with "evidence_schema" for its form',
    keys: "evidence evidence_required requires_evidence",
  },
  {
    levels: ITEMS,
    hint: "Write every task as an item of its own",
    keys: "items steps tasks subtasks jobs",
  },
  {
    levels: ["phase"],
    hint: 'Did you mean "items"?',
    keys: "steps tasks jobs item",
  },
  {
    levels: ["phase"],
    hint: 'Did you mean "exit_gate"?',
    keys: "gate gates entry_gate entry_gates",
  },
  {
    levels: ["phase"],
    hint: 'It belongs in an item under "items:"',
    keys: "verification verifications verify checks command commands run script scripts " +
      "step_type evidence_schema required skippable skip_conditions before_script after_script " +
      "pre post setup teardown cleanup hooks",
  },
  {
    levels: ["workflow"],
    hint: 'Did you mean "phases"?',
    keys: "stages jobs",
  },
  {
    levels: ["workflow"],
    hint: 'Items belong to a phase under "phases:"',
    keys: "items item tasks",
  },
  {
    levels: ["workflow"],
    hint: 'It belongs in a phase or an item under "phases:"',
    keys: "exit_gate gate gates required_reviews verification step_type before_script " +
      "after_script setup teardown cleanup hooks",
  },
  {
    levels: ["workflow"],
    hint: 'It belongs under "settings:"',
    keys: "supervision_mode agents_may_approve",
  },
  {
    hint:
      'A person approves by "verification: {type: manual_gate}" in an item, or "exit_gate: human_approval" in a phase',
    keys: "approval approvals approve approver approvers approved_by requires_approval " +
      "required_approvals min_approvals manual reviewer reviewers reviews review signoff sign_off",
  },
];

/** Level → key → hint. */
const HINTS: Readonly<Record<Level, Readonly<Record<string, string>>>> = {
  workflow: hintsFor("workflow"),
  phase: hintsFor("phase"),
  item: hintsFor("item"),
  step: hintsFor("step"),
  verification: hintsFor("verification"),
};

function hintsFor(level: Level): Readonly<Record<string, string>> {
  const hints: Record<string, string> = Object.create(null);
  for (const { levels, hint, keys } of GROUPS) {
    if (levels?.includes(level) === false) continue;
    for (const key of keys.split(" ")) hints[key] ??= hint;
  }
  return hints;
}

/**
 * What to do instead, when `key` would change what runs or what is required; undefined for others.
 * @param key one that the format does not know, in any spelling: `runsOn`, `runs-on`, `RUNS_ON`.
 */
export function unsupportedKey(level: Level, key: string): string | undefined {
  return own(HINTS[level], snakeCase(key));
}

function snakeCase(key: string): string {
  return key.slice(0, LONGEST_KEY).replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2").toLowerCase()
    .replace(/[\s.-]+/g, "_").replace(/^_+|_+$/g, "");
}

const LONGEST_KEY = 100;
