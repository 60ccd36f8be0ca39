/**
 * Printed text without what is different in every run: random ids, hashes, durations, paths.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Scratch } from "./scratch.ts";

/** A session's id, as the program makes it. */
const SESSION_ID = /^[a-z2-7]{13}$/;

const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The same for every run, whatever it looked like. Order matters: the first that fits wins. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(-----BEGIN [A-Z ]+-----)\n[A-Za-z0-9+\/=\n]+\n(-----END )/g, "$1\n<base64>\n$2"],
  [/\b(?!0{64})[0-9a-f]{64}\b/g, "<hash>"],
  [/\b[0-9a-f]{40}\b/g, "<commit>"],
  [/("(?:machine|path|directory|repository)":\s*)"[0-9a-f]{32}"/g, '$1"<root hash>"'],
  [/\b[0-9a-f]{12}\b/g, "<commit>"],
  [/("lineage":\s*)"[a-z2-7]{20}"/g, '$1"<lineage>"'],
  [/\b(lineage:?\s+)[a-z2-7]{20}\b/g, "$1<lineage>"],
  [/\b[a-z2-7]{26}\b/g, "<repository>"],
  [/\b(log\/)[a-z2-7]{13}(?=\.jsonl)/g, "$1<writer>"],
  [/("writer":\s*)"[a-z2-7]{13}"/g, '$1"<writer>"'],
  [/("operation":\s*)"[a-z2-7]{13}"/g, '$1"<operation>"'],
  [/\b(by orchestrator |by version |and this is )\d+\.\d+\.\d+/g, "$1<version>"],
  [/\b(began to write, as )[a-z2-7]{13}\b/g, "$1<writer>"],
  [/("mark":\s*)"\d+:\d*"/g, '$1"<mark>"'],
  [/("(?:durationMs|waitedMs)":\s*)\d+/g, '$1"<ms>"'],
  [/\b(duration: )\d+ ms\b/g, "$1<ms> ms"],
  // Which shell it is, and where, is a matter of the machine.
  [/(\bshell: )[a-z]+(?: [\d.]+)? \(\/[^)\n]+\)/g, "$1<shell>"],
  [
    /("shell":\s*\{\s*"name":\s*)"\w+"(,\s*"path":\s*)"[^"]+"(?:,\s*"version":\s*"[\d.]+")?/g,
    '$1"<shell>"$2"<path>"',
  ],
  [/("program":\s*)"(?:\/|[A-Z]:)[^"]*"/g, '$1"<program>"'],
  [/\b(program: )(?:\/|[A-Z]:)\S+/g, "$1<program>"],
  // In this process what ran a command is made up.
  [/\brun by (?!unknown)[^;\n]+/g, "run by <programs>"],
  [/("programs":\s*)\[[^\]]*\]/g, '$1["<programs>"]'],
  [/("pid":\s*)\d+/g, '$1"<pid>"'],
  [/\b(process|pid) \d+/g, "$1 <pid>"],
  [/("host":\s*)"[^"]*"/g, '$1"<host>"'],
  [/("id":\s*)"[a-z2-7]{12}"/g, '$1"<id>"'],
  [/\b(deno|bun) \d+\.\d+\.\d+, [a-z]+-[a-z0-9-]+/g, "<engine>, <target>"],
  [/("engine":\s*)"\w+"/g, '$1"<engine>"'],
  [/("engineVersion":\s*)"[\d.]+"/g, '$1"<engine version>"'],
  [/("target":\s*)"[a-z0-9-]+"/g, '$1"<target>"'],
  [/("(?:tool|toolVersion|version)":\s*)"0\.\d+\.\d+"/g, '$1"<version>"'],
  [/\b(toolVersion: )\d+\.\d+\.\d+\b/g, "$1<version>"],
  [/\b(orchestrator )\d+\.\d+\.\d+ /g, "$1<version> "],
  [/\b(import-)\d{8}T\d{6}Z-[a-z2-7]{4}/g, "$1<time>"],
  // A record of feedback is named after its session's lineage.
  [/("id":\s*)"[0-9a-f]{32}"/g, '$1"<record>"'],
  [/\b((?:tool|process) {2}(?:\d{4}-\d\d-\d\d {2})?(?:[\w-]+ {2})?)[0-9a-f]{32}\b/g, "$1<record>"],
  // How well it packs depends on the ids.
  [/(Exported [^,]+, )[\d.]+ [KM]?i?B/g, "$1<size>"],
  [/("size":\s*)\d+/g, '$1"<size>"'],
  [/("snapshot":\s*)"-----BEGIN ([A-Z ]+)-----.*?-----END [A-Z ]+-----\\n"/g, '$1"<$2>"'],
  // deno-lint-ignore no-control-regex
  [/\x1b/g, "␛"],
];

/**
 * Knows the ids and paths of one scratch, and gives them names that stay.
 *
 * A session that was there from the beginning, or whose id follows from what it was imported from,
 * keeps its id: it is the same in every run.
 */
export class StableText {
  readonly #scratch: Scratch;
  readonly #kept: ReadonlySet<string>;
  readonly #sessions: string[] = [];
  /** Beginnings of ids that a command was given, by how the transcript writes them. */
  readonly #prefixes = new Map<string, string>();

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    this.#kept = new Set(sessionsBelow(scratch.top).map((session) => session.id));
  }

  /** Learns the sessions that have appeared. Call it behind every command. */
  look(): void {
    const fresh = sessionsBelow(this.#scratch.top).filter(({ id, imported }) =>
      !imported && !this.#kept.has(id) && !this.#sessions.includes(id)
    );
    fresh.sort((left, right) => left.created < right.created ? -1 : 1);
    this.#sessions.push(...fresh.map((session) => session.id));
  }

  /** Real ids and paths for `<session-1>`, `<session-1:4>` (its beginning), `<root>`, …. */
  expand(text: string): string {
    return text
      .replace(/<session-(\d+)(?::(\d+))?>/g, (whole, number: string, length?: string) => {
        const id = this.#sessions[Number(number) - 1];
        if (id === undefined) throw new Error(`there is no ${whole} yet`);
        const part = id.slice(0, Number(length ?? id.length));
        if (length !== undefined) this.#prefixes.set(whole, part);
        return part;
      })
      .replaceAll("<root>", this.#scratch.root)
      .replaceAll("<home>", this.#scratch.home)
      .replaceAll("<top>", this.#scratch.top)
      .replaceAll("<newline>", "\n")
      .replaceAll("<escape>", "\x1b")
      .replace(
        /<(\d+) times (.)>/gu,
        (_, count: string, character: string) => character.repeat(Number(count)),
      );
  }

  /** The text as a transcript shows it. */
  stable(text: string): string {
    let result = text
      .replaceAll(this.#scratch.root, "<root>")
      .replaceAll(this.#scratch.home, "<home>")
      .replaceAll(this.#scratch.top, "<top>")
      .replaceAll(` on ${hostname()}`, " on <host>");
    for (const [index, id] of this.#sessions.entries()) {
      result = result.replaceAll(id, `<session-${index + 1}>`);
    }
    for (const [name, prefix] of this.#prefixes) {
      result = result.replaceAll(JSON.stringify(prefix), JSON.stringify(name));
    }
    for (const [pattern, name] of PATTERNS) result = result.replace(pattern, name);
    return result.replace(TIME, (time) => isNow(time) ? "<now>" : time);
  }
}

/** A time in a sentence, to the minute. */
const MINUTE = /\d{4}-\d\d-\d\d \d\d:\d\d(?:Z| UTC)/g;

/** A day, and a time in a file's name. */
const DAY_OR_STAMP = /\b(?:\d{4}-\d\d-\d\d|\d{8}T\d{6}Z)\b/g;

/** The output of an executable whose clock is not fixed, and the text it is compared with. */
export function withoutTimes(text: string): string {
  return text.replace(TIME, "<time>").replace(MINUTE, "<time>").replaceAll("<now>", "<time>")
    .replace(DAY_OR_STAMP, "<time>")
    .replace(/\bAGE {2,}/g, "AGE ")
    .replace(/\b(?:just now|\d+ (?:min|h|days?) ago)(?: {2,})?/g, "<ago>");
}

/** True for a time of the real clock, which locks are stamped with. */
function isNow(time: string): boolean {
  return Math.abs(Date.parse(time.replace(" ", "T")) - Date.now()) < 3_600_000;
}

interface FirstEvent {
  readonly type?: string;
  readonly time?: string;
  readonly data?: { readonly source?: { readonly branchOf?: string } };
}

interface Found {
  readonly id: string;
  readonly created: string;
  readonly imported: boolean;
}

/** Sessions in any state directory a few levels below. */
function sessionsBelow(directory: string, depth = 4): Found[] {
  const found: Found[] = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === ".git") continue;
    const path = join(directory, entry.name);
    if (entry.name === ".orchestrator") found.push(...sessionsIn(join(path, "sessions")));
    else if (depth > 0) found.push(...sessionsBelow(path, depth - 1));
  }
  return found;
}

function sessionsIn(directory: string): readonly Found[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names.filter((name) => SESSION_ID.test(name)).flatMap((id) => {
    try {
      const [line = ""] = readFileSync(join(directory, id, "log.jsonl"), "utf8").split("\n");
      const { type, time, data } = JSON.parse(line) as FirstEvent;
      const old = type === "session_imported" && data?.source?.branchOf === undefined;
      return [{ id, created: time ?? "", imported: old }];
    } catch {
      return [];
    }
  });
}
