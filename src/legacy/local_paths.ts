/**
 * Absolute paths of the machine the old tool ran on, made fit to be stored.
 *
 * No absolute path is stored: a repository can be moved, copied or mounted elsewhere, and a path of
 * another person's machine says where they keep their files. A path below the old root becomes
 * relative to it, also one below a folder of the root's name elsewhere; of any other only the last name is
 * kept.
 * @module
 */
import { foreignSlashes } from "../platform/foreign_path.ts";
import { isRecord } from "../workflow/record.ts";
import { substitute } from "../workflow/template.ts";
import { type Fields, fieldsField, textField } from "./values.ts";

/** Fields of the old tool's own making that hold a path. Texts by people are never searched for paths. */
const PATH_FIELDS: ReadonlySet<string> = new Set([
  "path",
  "workflow_yaml_path",
  "repo_root",
  "worktree_path",
  "prd_file",
  "prompt_file",
]);

/** Makes the paths in one old workflow's data relative. */
export class LocalPaths {
  readonly #roots: readonly string[];

  /**
   * @param raw The old state: the folder of its `metadata.workflow_yaml_path` is the most likely old root.
   * @param root Where the project lies now; absolute.
   */
  constructor(raw: Fields, root?: string) {
    const definition = textField(fieldsField(raw, "metadata") ?? {}, "workflow_yaml_path");
    const candidates = [
      root,
      definition === null ? undefined : folderOf(foreignSlashes(definition)),
    ];
    this.#roots = candidates.filter((path) => path !== undefined && isAbsolute(path))
      .map((path) => foreignSlashes(path ?? "").replace(/\/+$/, ""))
      // A definition directly under the top of the file system does not make everything its project.
      .filter((path) => path !== "" && !/^[A-Za-z]:$/.test(path));
  }

  /**
   * `path` with `/`, relative to the root; the last name alone when it lies elsewhere.
   * @param expected The relative path that was asked for, when known: `path` ends with it.
   */
  relative(path: string, expected?: string): string {
    if (!isAbsolute(path)) return path;
    const full = foreignSlashes(path);
    const wanted = (full === path ? expected : expected?.replaceAll("\\", "/")) ?? "";
    const asked = wanted.replace(/^(?:\.\/)+/, "");
    if (asked !== "" && isInside(asked) && full.endsWith(`/${asked}`)) return asked;
    for (const root of this.#roots) {
      if (full === root) return ".";
      if (!full.startsWith(`${root}/`)) continue;
      const below = full.slice(root.length + 1);
      if (isInside(below)) return below;
    }
    return this.#inClone(full) ?? full.replace(/\/+$/, "").split("/").at(-1) ?? "";
  }

  /** The part of a path below a folder that is called as a root is: another clone, on another machine. */
  #inClone(full: string): string | null {
    for (const root of this.#roots) {
      const folder = `${root.slice(root.lastIndexOf("/"))}/`;
      const at = full.indexOf(folder);
      const below = at < 0 ? "" : full.slice(at + folder.length);
      if (below !== "" && isInside(below)) return below;
    }
    return null;
  }

  /** `value` with every path field made relative, at any depth. */
  scrub(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((element) => this.scrub(element));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        typeof inner === "string" && PATH_FIELDS.has(key)
          ? this.relative(inner)
          : this.scrub(inner),
      ]),
    );
  }

  /** {@link scrub} of an object, whose type it keeps. */
  scrubFields(fields: Fields): Fields {
    const scrubbed = this.scrub(fields);
    return isRecord(scrubbed) ? scrubbed : {};
  }
}

/** A placeholder as the old tool reads it: without white space. */
const OLD_PLACEHOLDER = /\{\{(\w+)\}\}/g;

/** `text` with `{{name}}` replaced by the setting of that name, where it is a plain value. */
export function withSettings(text: string, settings: Fields): string {
  return substitute(text, settings, OLD_PLACEHOLDER).text;
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(path);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function isInside(path: string): boolean {
  return !isAbsolute(path) && !path.split("/").includes("..");
}
