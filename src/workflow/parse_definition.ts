/**
 * Reads a workflow definition: `workflow.yaml` with phases and items, its flat form with steps, and
 * definitions stored as JSON.
 *
 * Reading never stops at the first problem: all problems are collected as findings, each with file,
 * line and column.
 * @module
 */
import satisfies from "semver/functions/satisfies.js";
import validRange from "semver/ranges/valid.js";
import { OrchestratorError } from "../errors.ts";
import { buildFlat, buildPhases, flatLayout, PHASES_LAYOUT } from "./build_definition.ts";
import type { SettingValue, WorkflowDefinition } from "./definition.ts";
import { checkRules } from "./definition_rules.ts";
import { checkShape, kindOf } from "./definition_shape.ts";
import { didYouMean, quote } from "./finding.ts";
import type { Finding, FindingCollector } from "./finding.ts";
import { foreignFormat } from "./foreign_format.ts";
import { readYaml } from "./read_yaml.ts";
import { isPlainMap, readValue } from "./source_tree.ts";
import type { PlainMap, ReadSource } from "./source_tree.ts";

export type { Finding } from "./finding.ts";

/** What reading gives. `definition` is null when the text does not amount to one. */
export interface ParsedDefinition {
  readonly definition: WorkflowDefinition | null;
  /** In the order of the file. The definition may be started when none is an error. */
  readonly findings: readonly Finding[];
}

/** How to read. */
export interface ParseOptions {
  /** The file's name for messages; the flat form's fallback name is made from it. */
  readonly file: string;
  /** Settings that replace those of the file. */
  readonly overrides?: Readonly<Record<string, SettingValue>>;
  /** This program's version, which `requires` of the file is held against; without it that is not. */
  readonly version?: string;
  /** Judges the file as one of this format, whatever it says. */
  readonly format?: 2;
}

/**
 * Reads the text of a workflow file. Never throws for bad content.
 *
 * The definition is given as well when findings are errors, as long as each value is of the right
 * kind; it must not be started then.
 */
export function parseDefinition(text: string, options: ParseOptions): ParsedDefinition {
  return interpret(readYaml(text, options.file), options);
}

/**
 * Reads a definition stored as JSON, from one of this program's sessions or from the old tool's
 * state files, in which null means the default. The findings have no line and column, and defaults
 * that are spelled out cause no finding.
 */
export function definitionFromObject(
  value: unknown,
  options: ParseOptions = { file: "workflow_definition" },
): ParsedDefinition {
  return interpret(readValue(value, options.file), options);
}

/** How to read a definition that is about to be used. */
export interface RequireOptions extends ParseOptions {
  /** The command that shows all that is wrong with the file; absent where none can. */
  readonly showAll?: string;
}

/**
 * Reads the text of a workflow file that is about to be used.
 *
 * @returns the definition and what is doubtful about it.
 * @throws {OrchestratorError} `workflow_invalid` with the first error in its message and all
 * findings in `details.findings`.
 */
export function requireDefinition(
  text: string,
  options: RequireOptions,
): { readonly definition: WorkflowDefinition; readonly warnings: readonly Finding[] } {
  const { definition, findings } = parseDefinition(text, options);
  const errors = findings.filter((finding) => finding.level === "error");
  const [first] = errors;
  if (definition !== null && first === undefined) return { definition, warnings: findings };
  const place = first === undefined || first.line === 0
    ? ""
    : `line ${first.line}, column ${first.column}: `;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const message = first?.message ?? "it is not a workflow";
  const hint = more !== "" && options.showAll !== undefined
    ? `Run \`${options.showAll}\` to see all of them`
    : first?.hint;
  throw new OrchestratorError(
    "workflow_invalid",
    `Cannot read "${options.file}": ${place}${message}${more}`,
    { ...(hint === undefined ? {} : { hint }), details: { file: options.file, findings } },
  );
}

function interpret({ tree, findings }: ReadSource, options: ParseOptions): ParsedDefinition {
  const nothing = (): ParsedDefinition => ({ definition: null, findings: findings.list() });
  if (tree === null) return nothing();
  if (!isPlainMap(tree.value)) {
    findings.error([], `the file must be a map, not ${kindOf(tree.value)}`, {
      hint: 'Begin with "name:" and "phases:" or "steps:"',
    });
    return nothing();
  }
  if (!checkRequires(tree.value.requires, findings, options.version)) return nothing();
  const foreign = foreignFormat(tree.value);
  if (foreign !== undefined) {
    findings.error(foreign.path, foreign.message, {
      at: "key",
      hint: 'Write the workflow with "phases:" and "items:", or with "steps:"',
    });
    return nothing();
  }
  const settings = tree.value.settings ?? (tree.value.settings = {});
  for (const [name, value] of Object.entries(options.overrides ?? {})) {
    if (isPlainMap(settings)) tree.override(settings, name, value);
  }
  const flat = checkForm(tree.value, findings);
  // A stored definition was judged when its session began.
  const format = tree.hasText ? options.format ?? formatOf(tree.value.format) : 1;
  const { data, broken } = checkShape(tree, findings, { format });
  if (data === null) return nothing();
  const definition = flat
    ? buildFlat(data, tree, workflowName(options.file))
    : buildPhases(data, tree);
  checkRules(definition, flat ? flatLayout(tree) : PHASES_LAYOUT, {
    tree,
    broken,
    findings,
    format,
  });
  const usable = broken.size === 0 && definition.name !== "" && definition.phases.length > 0;
  return { definition: usable ? definition : null, findings: findings.list() };
}

/** The format to judge by; a value that is none is an error of its own. */
function formatOf(value: unknown): 1 | 2 {
  return value === undefined || value === null || Number(value) === 1 ? 1 : 2;
}

/**
 * Holds `requires` against the program's version: what else a file says to other versions may mean
 * nothing to this one, so it is not judged then.
 * @returns whether the file may be read.
 */
function checkRequires(
  range: unknown,
  findings: FindingCollector,
  version: string | undefined,
): boolean {
  // Other kinds of values are reported with the shape.
  if (typeof range !== "string" || range.trim() === "") return true;
  if (validRange(range) === null) {
    findings.error(["requires"], `"requires" must be a range of versions, not ${quote(range)}`, {
      hint: 'Write for example requires: ">=0.2.0"',
    });
    return true;
  }
  if (version === undefined || satisfies(version, range, { includePrerelease: true })) return true;
  const message = `this workflow requires orchestrator ${range.trim()}, and this is ${version}`;
  findings.error(["requires"], message, {
    hint: "Install a version in that range, e.g. with `orchestrator self update`",
  });
  return false;
}

/** Whether the file is in the flat form; reports when it is in neither form, or in both. */
function checkForm(value: PlainMap, findings: FindingCollector): boolean {
  const given = (key: string): boolean => value[key] !== undefined && value[key] !== null;
  if (given("steps") && !given("phases")) return true;
  if (given("steps")) {
    findings.error(["steps"], 'a workflow has either "phases" or "steps", not both', { at: "key" });
  }
  if (!given("name")) findings.error(["name"], '"name" is missing', { hint: 'Add "name: …"' });
  if (!given("phases")) {
    const near = Object.keys(value).find((key) =>
      didYouMean(key, ["phases", "steps"]) !== undefined
    );
    const hint = near === undefined || near === "phases" || near === "steps"
      ? 'Add "phases:" with items, or "steps:"'
      : didYouMean(near, ["phases", "steps"]);
    findings.error(["phases"], '"phases" is missing', { hint });
  }
  return false;
}

/** The name of a nameless workflow: its file's, or its folder's when the file is `workflow.yaml`. */
function workflowName(file: string): string {
  const parts = file.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
  const base = (parts.pop() ?? "").replace(/\.ya?ml$/i, "");
  const name = base === "" || base === "workflow" ? parts.pop() : base;
  return name === undefined || name.trim() === "" ? "workflow" : name;
}
