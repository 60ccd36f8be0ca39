/**
 * The pages of the documentation: which there are, and where their links lead.
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";

/** Folders without pages of the project itself: dependencies, builds, fixtures of tests. */
const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", "dist", "fixtures"]);

function isLeftOut(folder: string): boolean {
  return LEFT_OUT.has(folder) || (folder.startsWith(".") && folder !== ".github");
}

/**
 * Paths of all Markdown files below a folder of the project, in the order of their names. Folders whose
 * name begins with a dot are left out but for `.github`, as are dependencies, builds and fixtures.
 * @param root the folder of the project.
 * @param folder relative to `root`, with `/` between names.
 */
export function pagesOf(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return isLeftOut(entry.name) ? [] : pagesOf(root, path);
    }
    return entry.isFile() && entry.name.endsWith(".md") ? [path] : [];
  }).sort();
}

/** A link of a document. */
interface Link {
  /** As it is written. */
  readonly target: string;
  /** The file that it leads to, relative to the project; null for an address. */
  readonly path: string | null;
  /** The part of the file; empty for the whole file. */
  readonly anchor: string;
}

/** Text without fenced blocks and inline code, whose brackets are no links. */
function proseOf(text: string): string {
  return text.replace(/^(?<fence>`{3,}).*?^\k<fence>$/gms, "").replace(/`[^`\n]*`/g, "``");
}

/** The links of a document and the sources of its pictures. `file` is relative to the project. */
function linksOf(file: string, text: string): readonly Link[] {
  const targets = proseOf(text).matchAll(
    /\]\((?<inline>[^)\s]+)\)|^\[[^\]]+\]: (?<reference>\S+)|\b(?:src|srcset|href)="(?<html>[^"]+)"/gm,
  );
  return [...targets].map(({ groups }) => {
    const target = groups?.["inline"] ?? groups?.["reference"] ?? groups?.["html"] ?? "";
    if (/^[a-z]+:/.test(target)) return { target, path: null, anchor: "" };
    const [path = "", anchor = ""] = target.split("#");
    return { target, path: path === "" ? file : normalize(join(dirname(file), path)), anchor };
  });
}

/** The anchors that the headings of a document get on the usual sites. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const lines = text.replace(/^(?<fence>`{3,}).*?^\k<fence>$/gms, "");
  for (const { groups } of lines.matchAll(/^#+ (?<title>.*)$/gm)) {
    const anchor = (groups?.["title"] ?? "").toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What the links of the documentation may lead to. */
export interface Files {
  /** The text of a file, relative to the project. */
  readonly read: (path: string) => string;
  /** Whether there is a file or folder of that path. */
  readonly has: (path: string) => boolean;
}

/** The files of a project. */
export function filesOf(root: string): Files {
  return {
    read: (path) => readFileSync(join(root, path), "utf8"),
    has: (path) => existsSync(join(root, path)),
  };
}

/**
 * Links of documents that lead nowhere: relative paths without a file, anchors without a heading.
 * @param pages paths of the documents.
 */
export function brokenLinks(pages: readonly string[], { read, has }: Files): readonly string[] {
  return pages.flatMap((page) =>
    linksOf(page, read(page)).filter(({ path, anchor }) => {
      if (path === null) return false;
      if (path.startsWith("../") || !has(path)) return true;
      return anchor !== "" && path.endsWith(".md") && !anchorsOf(read(path)).has(anchor);
    }).map(({ target }) => `${page}: the link to ${target} leads nowhere`)
  );
}

/**
 * Pages that no chain of links leads to.
 * @param first where a reader begins.
 */
export function unreachable(
  pages: readonly string[],
  first: string,
  { read }: Files,
): readonly string[] {
  const reached = new Set<string>([first]);
  for (const page of reached) {
    for (const { path } of linksOf(page, read(page))) {
      if (path === null) continue;
      for (const target of [path, join(path, "README.md")]) {
        if (pages.includes(target)) reached.add(target);
      }
    }
  }
  return pages.filter((page) => !reached.has(page));
}
