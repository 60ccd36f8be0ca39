/**
 * `deno task docs`: rewrites the generated parts of the documentation. With `--check` it only
 * compares, and checks what else documentation promises: versions, dependencies, links, variables.
 *
 * A generated part stands between `<!-- generated: name -->` and `<!-- end generated -->`.
 * @module
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { VERSION } from "../src/version.ts";
import { readSources } from "./check_layers.ts";
import { readDecisions } from "./decisions.ts";
import { DOCUMENTS } from "./docs_blocks.ts";
import { brokenLinks, filesOf, pagesOf, unreachable } from "./docs_pages.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** Forms, texts of packages, and files of the example projects, to which no page need lead. */
const OF_NO_READER = /^(?:\.github|npm)\/|^examples\/[^/]+\/(?!README\.md$)/;

/** How long the README may be. Whatever is for a part of its readers has a page in `docs/`. */
const README_LINES = 150;

const BLOCK =
  /^(?<begin><!-- generated: (?<name>[\w-]+) -->)$.*?^(?<end><!-- end generated -->)$/gms;

/** A document with its generated parts written again, and what is wrong with its markers. */
export interface Regenerated {
  readonly text: string;
  readonly problems: readonly string[];
}

/**
 * Replaces the generated parts of a document.
 * @param blocks makes the text of each part.
 */
export function regenerate(
  text: string,
  blocks: Readonly<Record<string, () => string>>,
): Regenerated {
  const problems: string[] = [];
  const seen = new Set<string>();
  const replaced = text.replace(BLOCK, (whole, ...rest) => {
    const { begin, name, end } = rest.at(-1) as Readonly<Record<"begin" | "name" | "end", string>>;
    const make = blocks[name];
    seen.add(name);
    if (make === undefined) {
      problems.push(`nothing generates "${name}"`);
      return whole;
    }
    return `${begin}\n\n${make()}\n\n${end}`;
  });
  for (const name of Object.keys(blocks)) {
    if (!seen.has(name)) problems.push(`the part "${name}" is missing`);
  }
  return { text: replaced, problems };
}

/** Markdown as `deno fmt` writes it. */
function formatted(text: string): string {
  const ended = spawnSync(process.execPath, ["fmt", "--ext=md", "-"], {
    cwd: ROOT,
    input: text,
    encoding: "utf8",
  });
  if (ended.status !== 0) throw new Error(`deno fmt failed: ${ended.stderr}`);
  return ended.stdout;
}

/** What the documentation must say besides its generated parts. */
function promises(): readonly string[] {
  const problems: string[] = [];
  const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
  const config = JSON.parse(read("deno.json")) as {
    readonly version: string;
    readonly imports: Readonly<Record<string, string>>;
  };
  if (config.version !== VERSION) {
    problems.push(`deno.json says version ${config.version}, src/version.ts ${VERSION}`);
  }
  if (!read("CHANGELOG.md").includes(`\n## [${VERSION}] - `)) {
    problems.push(`CHANGELOG.md: there is no heading "## [${VERSION}] - DAY"`);
  }
  const dependencies = read("docs/design/dependencies.md");
  for (const [name, specifier] of Object.entries(config.imports)) {
    if (!/@\d+\.\d+\.\d+$/.test(specifier)) problems.push(`deno.json: ${name} is not pinned`);
    if (!dependencies.includes(`\n| \`${name}\` `)) {
      problems.push(`docs/design/dependencies.md: no line says why there is ${name}`);
    }
  }
  const files = filesOf(ROOT);
  const pages = pagesOf(ROOT, ".");
  problems.push(...brokenLinks(pages, files));
  for (const page of unreachable(pages, "README.md", files)) {
    if (!OF_NO_READER.test(page)) problems.push(`${page}: no link from the README leads to it`);
  }
  const variables = new Set(
    [...readSources(ROOT).values()].flatMap((source) =>
      source.match(/\bORCHESTRATOR_[A-Z_]+\b/g) ?? []
    ),
  );
  variables.delete("ORCHESTRATOR_TARGET");
  problems.push(...readDecisions(ROOT).problems);
  const explained = pages.filter((page) => /^docs\/[^/]+$/.test(page)).map(read).join("\n");
  const lines = read("README.md").split("\n").length - 1;
  if (lines > README_LINES) {
    problems.push(`README.md has ${lines} lines, and may have ${README_LINES}: move text to docs/`);
  }
  for (const variable of [...variables].sort()) {
    if (!explained.includes(`\`${variable}\``)) {
      problems.push(`docs/: ${variable} is not explained`);
    }
  }
  return problems;
}

if (import.meta.main) {
  const check = process.argv.includes("--check");
  const problems: string[] = [];
  for (const [file, blocks] of Object.entries(DOCUMENTS)) {
    const path = join(ROOT, file);
    const present = readFileSync(path, "utf8");
    const { text, problems: marks } = regenerate(present, blocks);
    problems.push(...marks.map((problem) => `${file}: ${problem}`));
    const wanted = formatted(text);
    if (wanted === present) continue;
    if (check) problems.push(`${file} is not what its tables say: run "deno task docs"`);
    else {
      writeFileSync(path, wanted);
      console.log(`wrote ${file}`);
    }
  }
  problems.push(...promises());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log("the documentation says what the tables say");
}
