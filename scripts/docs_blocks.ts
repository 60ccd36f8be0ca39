/**
 * The generated parts of the documentation: what tables in the source say, as Markdown.
 * @module
 */
import { exitCodes as exitCodeTable } from "../src/cli/help/exit_codes.ts";
import { COMMAND_VARIABLES, VARIABLES, type VariableSpec } from "../src/cli/help/variables.ts";
import { lineJsonSchema, lineNames } from "../src/answers/envelope.ts";
import { CONFIG_KEY_NAMES, type ConfigKey, configKey } from "../src/config/keys.ts";
import { expectedOf, valueText } from "../src/config/value.ts";
import { ERROR_CODES, type ErrorKind, EXIT_CODES } from "../src/errors.ts";
import { inventoryTable } from "../src/legacy/inventory.ts";
import { type Base, ELSEWHERE, type OnLeaving } from "../src/state_layout/elsewhere.ts";
import type { LayoutEntry, Merge, Stay } from "../src/state_layout/entry.ts";
import { NEVER_COMMITTED } from "../src/state_layout/git_files.ts";
import { ANYWHERE } from "../src/state_layout/grammar.ts";
import { LAYOUT } from "../src/state_layout/table.ts";
import { workflowJsonSchema } from "../src/workflow/definition_schema.ts";
import { EVIDENCE_EXAMPLES } from "../src/workflow/evidence_examples.ts";
import { ROOMS } from "./check_layers.ts";
import { decisionRows } from "./decisions.ts";
import { type LineType, lineTypes, listedNames } from "./format_tables.ts";
import { commandIndex, commandReference, globalOptions } from "./docs_commands.ts";
import { code, table } from "./markdown.ts";

/** Which blocks each document has. */
export const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "docs/commands.md": {
    commands: commandIndex,
    options: globalOptions,
    "command-reference": commandReference,
  },
  "docs/configuration.md": {
    "config-keys": configKeys,
    variables: () => variables(VARIABLES),
    "command-variables": () => variables(COMMAND_VARIABLES),
  },
  "docs/json-and-exit-codes.md": {
    "exit-codes": exitCodes,
    answers,
    "all-error-codes": errorCodes,
  },
  "docs/keeping-state.md": {
    "never-committed": () => NEVER_COMMITTED.map((pattern) => `\`${pattern}\``).join(", ") + ".",
  },
  "docs/migrating.md": { "old-files": inventoryTable },
  "docs/workflow-yaml.md": {
    "workflow-fields": workflowFields,
    "evidence-schemas": evidenceSchemas,
  },
  "src/README.md": { rooms },
  "docs/design/architecture.md": { "error-codes": errorCodes },
  "docs/design/on-disk-format.md": {
    "on-disk": onDisk,
    elsewhere,
    "session-lines": () => lineTable(lineTypes("src/workflow/events.ts", "EventData")),
    "repository-lines": () =>
      lineTable(lineTypes("src/session/repository_log/lines.ts", "RepositoryEventData")),
    projections,
  },
  "docs/design/decisions/README.md": {
    decisions: () => table(["number", "decision", "last changed"], decisionRows()),
  },
};

function exitCodes(): string {
  return table(
    ["exit", "kind", "means"],
    exitCodeTable().map(({ code, kind, means }) => [String(code), kind, means]),
  );
}

function variables(specs: readonly VariableSpec[]): string {
  return table(
    ["variable", "means"],
    specs.map(({ names, means }) => [names.map(code).join(", "), means]),
  );
}

function errorCodes(): string {
  return table(
    ["exit", "kind", "codes"],
    kinds().map((kind) => [
      String(EXIT_CODES[kind]),
      code(kind),
      Object.entries(ERROR_CODES).filter(([, of]) => of === kind).map(([name]) => code(name))
        .join(", "),
    ]),
  );
}

function kinds(): readonly ErrorKind[] {
  return Object.keys(EXIT_CODES) as ErrorKind[];
}

/** As much of a JSON Schema as the tables show. */
interface FieldSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
}

function workflowFields(): string {
  const workflow: FieldSchema = workflowJsonSchema();
  const phase = workflow.properties?.["phases"]?.items;
  const item = phase?.properties?.["items"]?.items;
  const levels: readonly (readonly [string, FieldSchema | undefined])[] = [
    ["The file", { ...workflow, required: ["name", "phases"] }],
    ["A phase", phase],
    ["An item", item],
    ["A verification", item?.properties?.["verification"]],
    ["Settings with a meaning", workflow.properties?.["settings"]],
  ];
  return levels.map(([title, schema]) => {
    const rows = Object.entries(schema?.properties ?? {}).map(([name, field]) => [
      code(name),
      (field.description ?? "").replaceAll("<", "\\<"),
      schema?.required?.includes(name) ? "required" : defaultText(field.default),
    ]);
    return `**${title}**\n\n${table(["key", "means", "default"], rows)}`;
  }).join("\n\n");
}

function defaultText(value: unknown): string {
  return value === undefined ? "" : code(typeof value === "string" ? value : JSON.stringify(value));
}

/** A section for each key, so that other pages can link to it. */
function configKeys(): string {
  return CONFIG_KEY_NAMES.map((name) => {
    const key = configKey(name);
    const facts = [
      ["Takes", expectedOf(key.type)],
      ["Default", key.default === null ? "none" : code(valueText(key, key.default))],
      ["Variable", code(key.env)],
      ["Set in", layersOf(key)],
      ["Since", `version ${key.since}`],
    ];
    const text = key.description.replaceAll(/<[\w-]+>|ORCHESTRATOR_\w+<\w+>/g, code);
    return [
      `### ${name}`,
      `${text}.`,
      facts.map(([fact, value]) => `- ${fact}: ${value}`).join("\n"),
    ].join("\n\n");
  }).join("\n\n");
}

function layersOf({ personal, secret }: ConfigKey): string {
  if (secret === true) return "your own files, a variable; never on the command line";
  if (personal === true) return "your own files, a variable, `--set`; not in the repository's file";
  return "your own files, the repository's file, a variable, `--set`";
}

/** What each line that `--json` prints has, by the name of its schema. */
function answers(): string {
  const rows = lineNames().toSorted().map((name) => {
    const line = lineJsonSchema(name) as FieldSchema;
    const { command, data, error } = line.properties ?? {};
    const fields = fieldNames((command === undefined ? error : data) ?? line);
    return [code(name), fields.map(code).join(", ") || "a JSON Schema"];
  });
  return table(["schema", "fields of `data`, of `error`, or of the event"], rows);
}

/** The fields of an object, or of all forms that it can have. */
function fieldNames({ properties = {}, anyOf = [] }: FieldSchema): readonly string[] {
  return [...new Set([...Object.keys(properties), ...anyOf.flatMap(fieldNames)])];
}

function evidenceSchemas(): string {
  const rows = Object.entries(EVIDENCE_EXAMPLES).map(([name, example]) => [
    code(name),
    code(example),
  ]);
  return table(["`evidence_schema`", "valid evidence"], rows);
}

function rooms(): string {
  const rows = Object.entries(ROOMS).map(([name, room]) => [
    code(name),
    room.what,
    room.rooms.map(code).join(", ") || "nothing",
    (room.packages ?? []).map(code).join(", "),
  ]);
  return table(["room", "is", "may import", "npm"], rows);
}

const STAYS: Readonly<Record<Stay, string>> = {
  derived: "made again there",
  "with the project": "people write it; it goes where their files go",
  machine: "means nothing elsewhere",
  "way back": "the way back on this machine",
  secret: "a secret",
  unchecked: "may hold secrets",
};

const MERGES: Readonly<Record<Merge, string>> = {
  journal: "by lineage and seq",
  union: "lines of both",
  first: "what is there stays",
  newest: "what was changed here stays, else the newer",
  "with journal": "with the journal",
  derived: "made again",
  none: "never two",
};

function onDisk(): string {
  const rows = LAYOUT.map((entry) => [
    code(shownPath(entry)),
    entry.what,
    entry.owner,
    entry.mode === "private" ? "0600" : "umask",
    sizeText(entry.limit),
    carriedText(entry),
    MERGES[entry.merge],
  ]);
  return table(
    ["file", "what it is", "whose", "mode", "limit", "travels by", "two copies"],
    rows,
  );
}

const BASES: Readonly<Record<Base, string>> = {
  root: "",
  git: "<git>/",
  home: "~/",
  "user configuration": "$XDG_CONFIG_HOME/",
  "user state": "$XDG_STATE_HOME/",
  "user cache": "$XDG_CACHE_HOME/",
  temporary: "$TMPDIR/",
  remote: "<remote>: ",
  "feedback remote": "<feedback_remote>: ",
};

const ON_LEAVING: Readonly<Record<OnLeaving, string>> = {
  remove: "this project's alone",
  keep: "stays",
  "gone by itself": "removed by the command itself",
};

function elsewhere(): string {
  const rows = ELSEWHERE.map(({ kind, base, where, what, madeBy, recognise, onLeaving }) => [
    code(kind === "refs" ? where : BASES[base] + where + (kind === "folder" ? "/" : "")),
    what,
    madeBy.map(code).join(", "),
    recognise,
    ON_LEAVING[onLeaving],
  ]);
  return table(["place", "what it is", "made by", "recognised by", "without this project"], rows);
}

function lineTable(types: readonly LineType[]): string {
  return table(
    ["type", "data", "means"],
    types.map(({ name, fields, means }) => [code(name), fields.map(code).join(", "), means]),
  );
}

/** What a digest is made of: fields in their order, and the pairs behind them. */
function projections(): string {
  const rows = [
    ["state", "STATE", "STATE_PAIRS"],
    ["phase", "PHASE", "PHASE_PAIRS"],
    ["approval of a phase", "PHASE_APPROVAL", "PHASE_APPROVAL_PAIRS"],
    ["item", "ITEM", "ITEM_PAIRS"],
    ["entry of `notes.recent`", "NOTE"],
    ["entry of `checkpoints.recent`", "CHECKPOINT"],
    ["entry of `bypasses`", "BYPASS"],
    ["entry of `accepted.recent`", "ACCEPTANCE"],
    ["entry of `earlier.recent`", "EARLIER"],
  ] as const;
  const names = (constant: string | undefined) =>
    constant === undefined
      ? ""
      : listedNames("src/workflow/projection.ts", constant).map(code).join(", ");
  return table(
    ["of", "fields, in this order", "pairs behind them, in this order"],
    rows.map(([of, fields, pairs]) => [of, names(fields), names(pairs)]),
  );
}

function shownPath({ path }: LayoutEntry): string {
  return path.startsWith(ANYWHERE) ? path.slice(ANYWHERE.length) : path;
}

function carriedText({ carriers, stays }: LayoutEntry): string {
  if (stays === null) return "all";
  const why = STAYS[stays];
  return carriers.length === 0 ? `none: ${why}` : `${carriers.join(", ")}; else ${why}`;
}

function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  const power = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 1024 ** power} ${units[power]}`;
}
