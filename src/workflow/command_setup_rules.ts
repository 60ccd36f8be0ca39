/**
 * Checks `shell`, `dir` and `env` of items and settings.
 * @module
 */
import { isShellChoice, SHELL_CHOICES } from "./command_setup.ts";
import type { ItemDefinition, WorkflowDefinition } from "./definition.ts";
import { kindOf } from "./definition_shape.ts";
import { didYouMean, quote } from "./finding.ts";
import type { KeyPath, PointAt } from "./finding.ts";
import { pathProblem } from "./path_rules.ts";
import { isRecord, own } from "./record.ts";
import type { SourceTree } from "./source_tree.ts";
import { fillIn } from "./template.ts";

/** Settings of `format: 2` that are the default of what items say. */
const COMMAND_SETTINGS = ["shell", "dir", "env"] as const;

/** What the checks need of the reader of a file. */
export interface RuleReporter {
  readonly tree: SourceTree;
  readonly format: 1 | 2;
  /** Whether a path or a command has a placeholder for a setting. */
  readonly usesSetting: (name: string) => boolean;
  /** Reports placeholders that cannot be substituted; true when there are none. */
  readonly checkTemplate: (text: string, path: KeyPath) => boolean;
  readonly error: (path: KeyPath, message: string, point?: PointAt) => void;
  readonly warning: (path: KeyPath, message: string, point?: PointAt) => void;
}

const INSIDE = "Give a directory inside the project, relative to its root";

/** Checks one definition. */
export class CommandSetupChecker {
  readonly #definition: WorkflowDefinition;
  readonly #report: RuleReporter;

  constructor(definition: WorkflowDefinition, report: RuleReporter) {
    this.#definition = definition;
    this.#report = report;
  }

  /** The defaults under `settings:`, which older files give any meaning they like. */
  checkSettings(): void {
    const { settings, format } = this.#definition;
    for (const name of COMMAND_SETTINGS) {
      const value = own(settings, name);
      if (value === undefined || value === null) continue;
      const path = ["settings", name];
      if (format === 2) this.#checkSetting(name, value, path);
      else if (this.#report.tree.hasText && !this.#report.usesSetting(name)) {
        this.#report.warning(path, `setting ${quote(name)} has no effect without "format: 2"`, {
          at: "key",
          hint: `Write "format: 2" at the top, or ${quote(name)} in the items`,
        });
      }
    }
  }

  #checkSetting(name: typeof COMMAND_SETTINGS[number], value: unknown, path: KeyPath): void {
    const { error } = this.#report;
    if (name === "shell") {
      if (isShellChoice(value)) return;
      const list = `${SHELL_CHOICES.slice(0, -1).join(", ")} or ${SHELL_CHOICES.at(-1)}`;
      const hint = typeof value === "string" ? didYouMean(value, SHELL_CHOICES) : undefined;
      error(path, `setting "shell" must be ${list}, not ${kindOf(value)}`, { hint });
    } else if (name === "dir") {
      if (typeof value === "string") this.#checkDir(value, path);
      else error(path, `setting "dir" must be a text, not ${kindOf(value)}`);
    } else if (isRecord(value)) {
      for (const [variable, text] of Object.entries(value)) {
        this.#checkVariable(variable, text, [...path, variable]);
      }
    } else error(path, `setting "env" must be a map, not ${kindOf(value)}`);
  }

  /** What an item says about its command, and whether it has one. */
  checkItem({ item, path }: { readonly item: ItemDefinition; readonly path: KeyPath }): void {
    const { tree, warning } = this.#report;
    if (item.dir !== undefined) this.#checkDir(item.dir, [...path, "dir"]);
    for (const [name, text] of Object.entries(item.env ?? {})) {
      this.#checkVariable(name, text, [...path, "env", name]);
    }
    if (item.verification.type === "command" || !tree.hasText) return;
    for (const name of COMMAND_SETTINGS) {
      if ((tree.get([...path, name]) ?? null) === null) continue;
      warning([...path, name], `"${name}" has no effect without a command`, { at: "key" });
    }
  }

  #checkDir(template: string, path: KeyPath): void {
    if (!this.#report.checkTemplate(template, path)) return;
    const { text } = fillIn(template, this.#definition);
    const problem = pathProblem(text, "dir");
    if (problem === null || problem.isRoot) return;
    this.#report.error(path, problem.message, { hint: INSIDE });
  }

  #checkVariable(name: string, value: unknown, path: KeyPath): void {
    const { error, checkTemplate } = this.#report;
    const problem = variableProblem(name);
    if (problem !== null) error(path, `variable ${quote(name)} ${problem}`, { at: "key" });
    if (typeof value === "string") {
      if (value.includes("\0")) error(path, `variable ${quote(name)} contains a NUL character`);
      else checkTemplate(value, path);
    } else if (value === null || typeof value === "object") {
      error(path, `variable ${quote(name)} must be a text, not ${kindOf(value)}`);
    }
  }
}

/** What is wrong with the name of a variable, as a clause behind it; null when nothing is. */
function variableProblem(name: string): string | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return 'must consist of letters, digits and "_", and not begin with a digit';
  }
  if (name.startsWith("ORCHESTRATOR_")) return "is set by orchestrator itself";
  if (/^(?:BASH_ENV|ENV|SHELLOPTS|BASHOPTS|BASH_FUNC_.*)$/.test(name)) {
    return "changes how the shell itself judges the command";
  }
  return null;
}
