/**
 * `.orchestrator.yaml`: settings that the old tool merged over those of the workflow at each start.
 * Other programs have files of that name too; what is in the file tells whose it is.
 * @module
 */
import { lstatSync, realpathSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { partBelow } from "../platform/path.ts";
import { readTextWithin } from "../platform/within.ts";
import { readYaml } from "../workflow/read_yaml.ts";
import { own } from "../workflow/record.ts";
import { isPlainMap } from "../workflow/source_tree.ts";
import { placeholderNames } from "../workflow/template.ts";

/** The file, from the project root. */
export const OLD_SETTINGS_FILE = ".orchestrator.yaml";

/** A value that can be written in a command or a path. */
export type PlainSetting = string | number | boolean;

/** What the file is. */
export type OldSettings =
  | { readonly kind: "absent" }
  /** Not settings of the old tool; `why` is a clause about "it". */
  | { readonly kind: "foreign"; readonly why: string }
  | {
    readonly kind: "settings";
    readonly values: Readonly<Record<string, PlainSetting>>;
    /** Names whose values are lists or maps: the old tool kept them, and no command could use them. */
    readonly odd: readonly string[];
    /** Of the file's text, as hex. */
    readonly sha256: string;
    readonly text: string;
  };

/** A longer file is not one of settings. */
const MAX_BYTES = 1024 * 1024;

/** The settings that the old tool read, or that its bundled workflow used. */
const KNOWN: ReadonlySet<string> = new Set([
  "build_command",
  "changelog_file",
  "default_executor",
  "docs_dir",
  "lint_command",
  "models",
  "phase_critique",
  "review_model",
  "reviews",
  "roadmap_file",
  "smoke_test_command",
  "supervision",
  "supervision_mode",
  "test_command",
  "tests_dir",
]);

const FOREIGN = "it belongs to another program (it has no setting of the old tool or the workflow)";

/**
 * Reads the file. It is the old tool's when it is a map that has at least one of its settings, or one
 * that the workflow uses.
 * @param root absolute path of the project root.
 * @param workflow text of the workflow definition; null where there is none.
 */
export function readOldSettings(root: string, workflow: string | null): OldSettings {
  let text: string | null;
  try {
    text = textOf(root);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { kind: "foreign", why: "it cannot be read" };
  }
  if (text === null) return { kind: "absent" };
  if (text === OUTSIDE) {
    return { kind: "foreign", why: "it is a link that leads out of the project" };
  }
  const settings = {
    kind: "settings",
    values: {},
    odd: [],
    sha256: sha256Hex(text),
    text,
  } as const;
  // A file of comments sets nothing, for any program.
  if (/^\uFEFF?(?:[ \t]*(?:#.*)?\r?\n|[ \t]*#.*$)*[ \t]*$/.test(text)) return settings;
  const { tree } = readYaml(text, OLD_SETTINGS_FILE);
  if (tree === null) return { kind: "foreign", why: "it cannot be read as YAML" };
  if (!isPlainMap(tree.value)) return { kind: "foreign", why: "it is not a map of settings" };
  const names = Object.keys(tree.value);
  const used = workflow === null ? new Set<string>() : settingNames(workflow);
  if (!names.some((name) => KNOWN.has(name) || used.has(name))) {
    return { kind: "foreign", why: FOREIGN };
  }
  const values: Record<string, PlainSetting> = {};
  const odd: string[] = [];
  for (const [name, value] of Object.entries(tree.value)) {
    if (isPlain(value)) values[name] = value;
    else odd.push(name);
  }
  return { ...settings, values, odd };
}

/** Stands for the text of a link that is not followed: no text has this character. */
const OUTSIDE = "\u{10FFFF}";

/** The text; null where there is no file. A link is followed within the project only. */
function textOf(root: string): string | null {
  const path = `${root}/${OLD_SETTINGS_FILE}`;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    let real: string;
    try {
      real = realpathSync(path);
    } catch {
      return OUTSIDE;
    }
    if (partBelow(realpathSync(root), real) === null) return OUTSIDE;
  }
  return readTextWithin(null, path, MAX_BYTES);
}

/** The names of the settings that a definition has or uses. */
function settingNames(workflow: string): ReadonlySet<string> {
  const value = readYaml(workflow, "workflow.yaml").tree?.value;
  const settings = isPlainMap(value) ? value["settings"] : undefined;
  return new Set([
    ...isPlainMap(settings) ? Object.keys(settings) : [],
    ...placeholderNames(workflow),
  ]);
}

/**
 * The settings of the file that count for a workflow: those that it has or uses, and how it is
 * supervised, where they say something else than the workflow does. Who may approve was never a
 * setting of the old tool.
 */
export function overridesFor(
  values: Readonly<Record<string, PlainSetting>>,
  workflow: string,
): Readonly<Record<string, PlainSetting>> {
  const used = settingNames(workflow);
  const value = readYaml(workflow, "workflow.yaml").tree?.value;
  const present = isPlainMap(value) && isPlainMap(value["settings"]) ? value["settings"] : {};
  return Object.fromEntries(
    Object.entries(values).filter(([name, setting]) =>
      name !== "agents_may_approve" && (name === "supervision_mode" || used.has(name)) &&
      own(present, name) !== setting
    ),
  );
}

function isPlain(value: unknown): value is PlainSetting {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
