/** The rule for hints, over every hint that is written down in the source. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hintProblems } from "../../harness/hint_rule.ts";

const SOURCE = fileURLToPath(new URL("../../../src", import.meta.url));

interface WrittenHint {
  readonly line: number;
  readonly text: string;
}

/** Where a hint begins: as a property or a constant of that name, and what a function of hints returns. */
const BEGIN = /\b(?:hint|todo|advice)(?:: | = |:\n|\s+=\n)|\bproblem === null \? \{ hint: /g;
const HINT_FUNCTION = /^(?:export )?function \w*[hH]int\w*\([^]*?^\}/gm;

/** The texts that the expression from `begin` on can become; what is computed reads `…`. */
function textsFrom(source: string, begin: number): readonly { at: number; text: string }[] {
  const texts: { at: number; text: string }[] = [];
  let depth = 0;
  let calls = 0;
  for (let at = begin; at < source.length; at++) {
    const char = source[at] ?? "";
    if (char === '"' || char === "'" || char === "`") {
      const { end, text } = literal(source, at);
      const compared = /(?:[!=]==|\bin|\[)\s*$/.test(source.slice(Math.max(0, at - 12), at)) ||
        /^\s*(?:[!=]==|\]|in )/.test(source.slice(end));
      if (calls === 0 && !compared) {
        const last = texts.at(-1);
        // What is joined by + is one text.
        if (last !== undefined && /\+\s*$/.test(source.slice(begin, at))) last.text += text;
        else texts.push({ at, text });
      }
      at = end - 1;
    } else if ("([{".includes(char)) {
      depth++;
      if (calls > 0 || (char === "(" && /[\w)]$/.test(source.slice(begin, at)))) calls++;
    } else if (")]}".includes(char)) {
      if (depth === 0) break;
      depth--;
      if (calls > 0) calls--;
    } else if (depth === 0 && (char === "," || char === ";")) break;
  }
  return texts;
}

/** A string or template from its quote on; `end` lies behind its other quote. */
function literal(source: string, begin: number): { readonly end: number; readonly text: string } {
  const quote = source[begin];
  let text = "";
  let at = begin + 1;
  while (at < source.length && source[at] !== quote) {
    if (source[at] === "\\") {
      text += source[at + 1];
      at += 2;
    } else if (quote === "`" && source.startsWith("${", at)) {
      for (let open = 1, next = at + 2;; next++) {
        const char = source[next];
        if (char === "`" || char === '"') next = literal(source, next).end - 1;
        else if (char === "{") open++;
        else if (char === "}" && --open === 0) {
          at = next + 1;
          break;
        }
      }
      // A text that begins with what is computed begins as that does.
      text += text === "" ? "X" : "…";
    } else text += source[at++];
  }
  return { end: at + 1, text };
}

function hintsIn(source: string): readonly WrittenHint[] {
  const lineOf = (at: number) => source.slice(0, at).split("\n").length;
  const begins = [...source.matchAll(BEGIN)].map((match) => match.index + match[0].length);
  for (const match of source.matchAll(HINT_FUNCTION)) {
    for (const found of match[0].matchAll(/\breturn /g)) {
      begins.push(match.index + found.index + found[0].length);
    }
  }
  return begins.flatMap((begin) => textsFrom(source, begin))
    .filter(({ text }) => text !== "")
    .map(({ at, text }) => ({ line: lineOf(at), text }));
}

Deno.test("hints: every one in the source is one sentence, its commands in backquotes", () => {
  const broken: string[] = [];
  let seen = 0;
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".ts")) continue;
    for (const { line, text } of hintsIn(readFileSync(join(SOURCE, name), "utf8"))) {
      seen++;
      for (const problem of hintProblems(text)) {
        broken.push(`src/${name}:${line}: ${JSON.stringify(text)}: ${problem}`);
      }
    }
  }
  assert.ok(seen > 200, `only ${seen} hints were found`);
  assert.deepEqual(broken, []);
});

Deno.test("hints: the reader of the source finds what it must", () => {
  const texts = (source: string) => hintsIn(source).map(({ text }) => text);
  assert.deepEqual(texts('{ hint: a === "b" ? "One" : `Two ${c("x")} three`, details: "no" }'), [
    "One",
    "Two … three",
  ]);
  assert.deepEqual(texts('{ hint: didYouMean(a, ["no"]) ?? "Yes" }'), ["Yes"]);
  assert.deepEqual(texts('const hint = "One " +\n  "two";'), ["One two"]);
  assert.deepEqual(texts('function aHint(): string {\n  return "One";\n}'), ["One"]);
});

Deno.test("hints: the rule says what is wrong", () => {
  for (
    const good of [
      "Run `orchestrator status`",
      "Run `orchestrator init` to write one",
      "Use the newer version of orchestrator that wrote it",
      "Did you mean `orchestrator status`?",
    ]
  ) assert.deepEqual(hintProblems(good), []);
  for (
    const bad of [
      "orchestrator status",
      "Run orchestrator status",
      "Run `orchestrator status",
      "`orchestrator status`",
      "Run `orchestrator status`.",
      "See orchestrator --help",
      "look at it",
      "Use git status",
    ]
  ) assert.notDeepEqual(hintProblems(bad), [], bad);
});
