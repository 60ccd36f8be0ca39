/**
 * A repository's remote address, read from git's configuration files without running git.
 *
 * Enough of git's file format (git-config(1), "Syntax"; gitrepository-layout(5)) to find the address
 * that `git remote get-url` would show before rewriting. `include`, `insteadOf` and per-worktree
 * configuration are not followed.
 * @module
 */
import { readFileSync, type Stats, statSync } from "node:fs";
import { slashes } from "../platform/path.ts";
import { isWindows } from "../platform/runtime.ts";

/** Configuration files larger than this are not looked into. */
const MAX_BYTES = 1024 * 1024;

/** Files by which git says where a directory is are small (`platform/git_pointer.ts`). */
const MAX_POINTER = 64 * 1024;

/** A longer address is no remote. */
const MAX_URL = 2000;

const SSH_SCHEME = /^(ssh|git\+ssh|ssh\+git)$/;

/**
 * The address of `origin`, or of the only remote there is, without credentials.
 *
 * @param root Absolute path; the repository is that of the nearest directory upwards with a `.git`.
 * @returns Null without git, without such a remote, or when the remote is a local path. Never throws.
 */
export function gitRemote(root: string): string | null {
  const common = gitDirectory(root);
  if (common === null) return null;
  const config = readSmall(`${common}/config`);
  if (config === null) return null;
  const urls = remoteUrls(config);
  const url = urls.get("origin") ?? (urls.size === 1 ? [...urls.values()][0] : undefined);
  return url === undefined ? null : stripCredentials(url);
}

/**
 * Takes everything that may be secret out of a remote's address: user and password, query and
 * fragment. A bare ssh user stays (`git@host:x`), it is a name and no credential.
 *
 * @returns Null for a local path (it means nothing elsewhere) and for what is no address.
 */
export function stripCredentials(url: string): string | null {
  const address = url.trim();
  if (address === "" || address.length > MAX_URL || /\p{Cc}/u.test(address)) return null;
  const standard = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(address);
  if (standard !== null) return stripStandard((standard[1] ?? "").toLowerCase(), standard[2] ?? "");
  // The short ssh form: a colon before the first slash. One letter before it is a Windows drive, two
  // colons are a transport helper whose text may hold anything.
  const short = /^([^\/\\:]{2,}):(?!:)(.+)$/.exec(address);
  if (short === null) return null;
  const host = short[1] ?? "";
  const rest = short[2] ?? "";
  const at = rest.lastIndexOf("@");
  // `user:password@host:path` is no form git knows, but people write it.
  if (at >= 0 && !host.includes("@")) {
    const real = /^([^\/\\:@]{2,}):(.+)$/.exec(rest.slice(at + 1));
    if (real !== null) return `${real[1]}:${withoutQuery(real[2] ?? "")}`;
    if (!rest.slice(0, at).includes("/")) return null;
  }
  return `${host}:${withoutQuery(rest)}`;
}

function stripStandard(scheme: string, rest: string): string | null {
  if (scheme === "file") return null;
  let [authority, path] = splitAuthority(rest);
  // A password with an unescaped `/`, `?` or `#` pushes its end, and the `@`, out of the authority.
  if (!authority.includes("@") && withoutBrackets(authority).includes(":") && path.includes("@")) {
    [authority, path] = splitAuthority(rest.slice(rest.lastIndexOf("@") + 1));
  }
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  const host = authority.slice(at + 1);
  if (!/^[^:]*(:\d*)?$/.test(withoutBrackets(host)) || host === "") return null;
  const keepsUser = SSH_SCHEME.test(scheme) && user !== "" && !/[:@]/.test(user);
  return `${scheme}://${keepsUser ? `${user}@` : ""}${host}${withoutQuery(path)}`;
}

/**
 * What two spellings of one repository have in common: lower-case host and path, without scheme,
 * user, port, `.git` and slashes at either end.
 */
export function comparableRemote(url: string): string {
  const stripped = stripCredentials(url) ?? url;
  const standard = /^[a-z][a-z0-9+.-]*:\/\/(?:[^\/@]*@)?([^\/]*?)(?::\d*)?(\/.*)?$/i.exec(stripped);
  const short = standard ?? /^(?:[^\/@]*@)?([^\/:]+):(.*)$/.exec(stripped);
  if (short === null) return stripped;
  const path = (short[2] ?? "").replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "").replace(
    /\/+$/,
    "",
  );
  return `${(short[1] ?? "").toLowerCase()}/${path}`;
}

/**
 * The directory that all worktrees of a repository share, whose `config` holds the remotes.
 *
 * @param root Absolute path; the repository is that of the nearest directory upwards with a `.git`.
 * @returns Null without git. Never throws.
 */
export function gitDirectory(root: string): string | null {
  const git = nearestGit(root, statOf);
  return git === null || !git.isFile ? git?.path ?? null : linkedDirectory(git.path);
}

/**
 * The nearest `.git` upwards: a directory, or the file that worktrees and submodules have.
 * @param look throws, or not, where the system does not tell.
 */
export function nearestGit(
  root: string,
  look: (path: string) => Stats | undefined,
): { readonly path: string; readonly isFile: boolean } | null {
  for (let directory = root;;) {
    const path = `${directory}/.git`;
    const stat = look(path);
    if (stat?.isDirectory() || stat?.isFile()) return { path, isFile: stat.isFile() };
    const end = slashes(directory).lastIndexOf("/");
    if (end < 0 || directory === "") return null;
    directory = directory.slice(0, end);
  }
}

/**
 * Follows a `.git` file, which worktrees and submodules have, to the directory they share: as strictly as
 * `platform/git_pointer.ts`, which is not loaded at start for it.
 */
function linkedDirectory(file: string): string | null {
  const base = file.slice(0, -"/.git".length);
  const target = /^gitdir:[ \t]*(.+?)[\r\n]*$/.exec(readSmall(file, MAX_POINTER) ?? "")?.[1];
  if (target === undefined) return null;
  const own = resolveFrom(base, target);
  if (own === null || !statOf(own)?.isDirectory()) return null;
  const common = readSmall(`${own}/commondir`, MAX_POINTER)?.replace(/[\r\n]+$/, "");
  const shared = common ? resolveFrom(own, common) : own;
  return shared !== null && statOf(shared)?.isDirectory() ? shared : null;
}

/** Null for a network path: following one would hand a stranger's server this user's login. */
function resolveFrom(base: string, path: string): string | null {
  const slashed = slashes(path);
  if (isWindows && slashed.startsWith("//")) return null;
  const absolute = slashed.startsWith("/") || (isWindows && /^[a-z]:\//i.test(slashed));
  return absolute ? path : `${base}/${path}`;
}

/** The first `url` of each remote, by the remote's name. */
function remoteUrls(config: string): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  let remote: string | null = null;
  // A backslash at the end of a line continues it.
  const lines = config.replace(/^\uFEFF/, "").replace(/\r\n/g, "\n").split("\n");
  for (let index = 0; index < lines.length; index++) {
    let line = (lines[index] ?? "").trimStart();
    const section = /^\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (section !== null) {
      remote = remoteOf(section[1] ?? "", section[2]);
      line = line.slice(section[0].length).trimStart();
    }
    const key = /^([a-z][a-z0-9-]*)\s*=\s*/i.exec(line);
    if (key === null) continue;
    let text = line.slice(key[0].length);
    while (/(^|[^\\])(\\\\)*\\$/.test(text) && index + 1 < lines.length) {
      text = text.slice(0, -1) + (lines[++index] ?? "");
    }
    if (remote === null || key[1]?.toLowerCase() !== "url") continue;
    const url = unquote(text);
    if (url !== "" && !urls.has(remote)) urls.set(remote, url);
  }
  return urls;
}

/** The remote a section header names: `[remote "origin"]`, or the old `[remote.origin]`. */
function remoteOf(section: string, subsection: string | undefined): string | null {
  const lower = section.toLowerCase();
  if (lower === "remote" && subsection !== undefined) return subsection.replace(/\\(.)/g, "$1");
  return subsection === undefined && lower.startsWith("remote.")
    ? lower.slice("remote.".length)
    : null;
}

/** A value without its quotes, escapes, comment and trailing white space. */
export function unquote(text: string): string {
  let value = "";
  let kept = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === "\\") {
      const next = text.charAt(++index);
      value += next === "n" ? "\n" : next === "t" ? "\t" : next === "b" ? "\b" : next;
      kept = value.length;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === "#" || char === ";")) {
      break;
    } else {
      value += char;
      if (quoted || !/\s/.test(char)) kept = value.length;
    }
  }
  return value.slice(0, kept);
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function readSmall(path: string, most = MAX_BYTES): string | null {
  const stat = statOf(path);
  if (!stat?.isFile() || stat.size > most) return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** What stands before the first `/`, `?` or `#`, and the rest. */
function splitAuthority(text: string): [string, string] {
  const at = text.search(/[\/?#]/);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

/** `[::1]:22` without the colons that belong to the address. */
function withoutBrackets(authority: string): string {
  return authority.replace(/\[[^\]]*\]/, "");
}

function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/, "");
}
