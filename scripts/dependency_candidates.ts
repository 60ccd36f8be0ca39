/**
 * The packages that `measure_dependencies.ts` compares: for each place, a small program with each of
 * them that does what this project needs there.
 * @module
 */

/** A package, or none, and a program that uses it. */
export interface Candidate {
  readonly place: string;
  readonly name: string;
  /** What npm installs; empty for built-in modules and own code. */
  readonly packages: readonly string[];
  /** A module. `OWN` stands for the address of `src/`. */
  readonly program: string;
}

const COMMAND_COUNT = 20;

const DEFINITION = `name: Example
phases:
${
  Array.from(
    { length: 4 },
    (_, phase) =>
      `  - id: P${phase}
    name: Phase ${phase}
    items:
${
        Array.from(
          { length: 5 },
          (_, item) =>
            `      - { id: item_${item}, name: "Item ${item}", verification: { type: file_exists, path: a.md } }`,
        ).join("\n")
      }`,
  ).join("\n")
}
`;

const print = (value: string) => `
import { writeSync } from "node:fs";
writeSync(1, String(${value}) + "\\n");
`;

const WORDS = `["cmd7", "--session", "abc", "-q"]`;

const TEXT = `"Grüße → 計画 ✓ 👩‍👩‍👧"`;

const SCHEMA = (z: string) =>
  `${z}.object({ name: ${z}.string(), phases: ${z}.array(${z}.object({ id: ${z}.string() })) })`;

const VALUE = `{ name: "x", phases: [{ id: "a" }] }`;

/** All candidates; those of one place stand together. */
export const CANDIDATES: readonly Candidate[] = [
  {
    place: "command line",
    name: "own (`cli/split_words.ts`)",
    packages: [],
    program: `import { splitWords } from "OWN/cli/split_words.ts";
${print(`splitWords(${WORDS}, [{ name: "session", value: "S" }]).length`)}`,
  },
  {
    place: "command line",
    name: "`parseArgs` of `node:util`",
    packages: [],
    program: `import { parseArgs } from "node:util";
${
      print(`parseArgs({ args: ${WORDS}, allowPositionals: true,
  options: { session: { type: "string" }, quiet: { type: "boolean", short: "q" } } }).positionals`)
    }`,
  },
  {
    place: "command line",
    name: "`commander`",
    packages: ["commander@15.1.0"],
    program: `import { Command } from "commander";
const program = new Command();
let ran = "";
for (let n = 0; n < ${COMMAND_COUNT}; n += 1) {
  program.command("cmd" + n).description("text").option("--session <s>", "text").option("-q", "text")
    .action(() => { ran = "cmd" + n; });
}
program.parse(${WORDS}, { from: "user" });
${print("ran")}`,
  },
  {
    place: "YAML",
    name: "`yaml`",
    packages: ["yaml@2.9.1"],
    program: `import { parseDocument } from "yaml";
${print(`parseDocument(${JSON.stringify(DEFINITION)}).toJS().phases.length`)}`,
  },
  {
    place: "YAML",
    name: "`js-yaml`",
    packages: ["js-yaml@5.5.0"],
    program: `import { load } from "js-yaml";
${print(`load(${JSON.stringify(DEFINITION)}).phases.length`)}`,
  },
  {
    place: "schemas",
    name: "`zod/mini`",
    packages: ["zod@4.6.7"],
    program: `import * as z from "zod/mini";
${print(`${SCHEMA("z")}.parse(${VALUE}).name`)}`,
  },
  {
    place: "schemas",
    name: "`zod`",
    packages: ["zod@4.6.7"],
    program: `import * as z from "zod";
${print(`${SCHEMA("z")}.parse(${VALUE}).name`)}`,
  },
  {
    place: "schemas",
    name: "`valibot`",
    packages: ["valibot@1.5.0"],
    program: `import * as v from "valibot";
${print(`v.parse(${SCHEMA("v")}, ${VALUE}).name`)}`,
  },
  {
    place: "terminal width",
    name: "own (`cli/output/width.ts`)",
    packages: [],
    program: `import { visibleLength } from "OWN/cli/output/width.ts";
${print(`visibleLength(${TEXT})`)}`,
  },
  {
    place: "terminal width",
    name: "`string-width`",
    packages: ["string-width@9.0.0"],
    program: `import width from "string-width";
${print(`width(${TEXT})`)}`,
  },
  {
    place: "terminal width",
    name: "`fast-string-width`",
    packages: ["fast-string-width@3.0.2"],
    program: `import width from "fast-string-width";
${print(`width(${TEXT})`)}`,
  },
  {
    place: "tar",
    name: "`modern-tar`",
    packages: ["modern-tar@0.8.6"],
    program: `import { createTarDecoder } from "modern-tar";
${print("typeof createTarDecoder().readable")}`,
  },
  {
    place: "tar",
    name: "`tar-stream`",
    packages: ["tar-stream@3.2.2"],
    program: `import { extract } from "tar-stream";
${print("typeof extract().on")}`,
  },
  {
    place: "tar",
    name: "`tar`",
    packages: ["tar@7.5.23"],
    program: `import { Parser } from "tar";
${print("typeof new Parser().on")}`,
  },
  {
    place: "prompts",
    name: "`@clack/prompts`",
    packages: ["@clack/prompts@1.9.0"],
    program: `import { confirm } from "@clack/prompts";
${print("typeof confirm")}`,
  },
  {
    place: "prompts",
    name: "`@inquirer/prompts`",
    packages: ["@inquirer/prompts@8.8.0"],
    program: `import { confirm } from "@inquirer/prompts";
${print("typeof confirm")}`,
  },
  {
    place: "versions",
    name: "`semver`",
    packages: ["semver@7.8.6"],
    program: `import semver from "semver";
${print(`semver.satisfies("1.2.3", "^1.0.0 || ~0.9")`)}`,
  },
  {
    place: "globs",
    name: "`picomatch`",
    packages: ["picomatch@4.0.7"],
    program: `import picomatch from "picomatch";
${print(`picomatch("src/**/*.ts")("src/a/b.ts")`)}`,
  },
  {
    place: "globs",
    name: "`minimatch`",
    packages: ["minimatch@11.0.9"],
    program: `import { minimatch } from "minimatch";
${print(`minimatch("src/a/b.ts", "src/**/*.ts")`)}`,
  },
  {
    place: "encryption",
    name: "`age-encryption`",
    packages: ["age-encryption@0.3.1"],
    program: `import { Encrypter } from "age-encryption";
${print("typeof new Encrypter().encrypt")}`,
  },
  {
    place: "differences",
    name: "`diff`",
    packages: ["diff@9.0.0"],
    program: `import { diffLines } from "diff";
${print(`diffLines("a\\nb\\n", "a\\nc\\n").length`)}`,
  },
];
