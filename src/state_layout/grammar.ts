/**
 * The grammar of names: what may stand for a `<part>` of a path in the table.
 *
 * Commands that take a name from a person and carriers that accept one from elsewhere ask the same
 * parts, so that what was accepted once is never a stranger later.
 * @module
 */
import { SESSION_ID } from "./names.ts";
import { isDeviceName } from "./windows_names.ts";

/** What a `<part>` accepts. */
export interface Part {
  /** Matches the whole part; without flags, anchors and named groups. */
  readonly pattern: RegExp;
  /** What a pattern cannot say. */
  readonly accepts?: (text: string) => boolean;
}

/** The short second name that Windows gives to a file with a long one, such as `GITIGN~1`. */
const SHORT_NAME = /^[^.]{0,6}~\d{1,6}(?:\.[^.]{0,3})?$/;

/** Longest name of a file, in bytes of UTF-8, on the file systems in use. */
const LONGEST_NAME = 255;

/**
 * Whether a file may have this name on every system, and means nothing special there: no device, no
 * short name of another file, nothing of git's, nothing that is spelled in two ways.
 */
function isPortableName(name: string): boolean {
  return name !== "" && !/[\p{Cc}\p{Cs}\uFFFD\\/:*?"<>|]/u.test(name) &&
    !/^\.{1,2}$|[. ]$/.test(name) &&
    !/^\.git/i.test(name) && !isDeviceName(name) && !SHORT_NAME.test(name) &&
    new TextEncoder().encode(name).length <= LONGEST_NAME;
}

/** Whether `name` can be a secret's: a variable's name, and a file's on every system. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !isDeviceName(name);
}

/** Whether git's name of a worktree can be a folder's on every system, and no other name is the same there. */
export function isPlainWorktreeName(name: string): boolean {
  return PLAIN_WORKTREE.test(name) && !/^h-[0-9a-f]{32}$/.test(name) && isPortableName(name);
}

const PLAIN_WORKTREE = /^[a-z0-9][a-z0-9._-]{0,99}$/;

const SECRET = /^[A-Za-z_]\w{0,127}$/;

/**
 * What two names have in common when a file system that ignores case, or the form of accents, takes
 * them for one.
 */
export function foldedName(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The parts by name. */
export const PARTS = {
  session: { pattern: SESSION_ID },
  /** A hash of an agent's own session id. */
  agent: { pattern: /[0-9a-f]{32}/ },
  /** Git's name of a linked worktree, or a hash of it. */
  worktree: { pattern: PLAIN_WORKTREE, accepts: isPortableName },
  feedback: { pattern: /tool|process/ },
  sha256: { pattern: /[0-9a-f]{64}/ },
  writer: { pattern: /[a-z2-7]{13,26}/ },
  secret: { pattern: /[A-Za-z_]\w{0,127}/, accepts: isSecretName },
  /** Among the secrets, though no command reads it by name: the old tool's encrypted files. */
  "secret file": { pattern: /\.?[A-Za-z0-9_][\w.~-]{0,127}/, accepts: isPortableName },
  name: { pattern: /[^/]+/, accepts: isPortableName },
  /** One name or several with `/` between them. */
  path: {
    pattern: /[^/]+(?:\/[^/]+)*/,
    accepts: (text) => text.split("/").every(isPortableName),
  },
  /** What is random, or a part of something that is not finished. */
  rest: { pattern: /.*/s },
} as const satisfies Readonly<Record<string, Part>>;

/** The name of a part. */
export type PartName = keyof typeof PARTS;

/** A path of the table, ready to be compared. */
export interface PathPattern {
  /** The parts of a path that fits; null when it does not. */
  match(path: string): Readonly<Partial<Record<PartName, string>>> | null;
}

/** Begins the path of files that may be in any folder. */
export const ANYWHERE = "**/";

/** @throws TypeError for a part that is not in {@link PARTS}. */
export function pathPattern(path: string): PathPattern {
  const anywhere = path.startsWith(ANYWHERE);
  const names: PartName[] = [];
  const source = (anywhere ? path.slice(ANYWHERE.length) : path).split(/(<[^>]+>)/)
    .map((piece) => {
      if (!piece.startsWith("<")) return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const name = partName(piece.slice(1, -1));
      names.push(name);
      return `(${PARTS[name].pattern.source.replace(/^\^|\$$/g, "")})`;
    }).join("");
  const pattern = new RegExp(`${anywhere ? "(?:^|/)" : "^"}${source}$`, "s");
  return {
    match(text) {
      const found = pattern.exec(text);
      if (found === null) return null;
      const parts: Partial<Record<PartName, string>> = {};
      for (const [index, name] of names.entries()) {
        const part = found[index + 1] ?? "";
        const { accepts }: Part = PARTS[name];
        if (accepts !== undefined && !accepts(part)) return null;
        parts[name] = part;
      }
      return parts;
    },
  };
}

function partName(text: string): PartName {
  if (Object.hasOwn(PARTS, text)) return text as PartName;
  throw new TypeError(`<${text}> is not part of the grammar`);
}
