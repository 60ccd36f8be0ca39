/**
 * The examples of the README and of `docs/*.md`, run on the executable. `deno task test:update` rewrites
 * the output that they show.
 *
 * - `<!-- file: NAME -->` in front of a block: the block is that file of the project.
 * - `<!-- files of: PAGE -->`: the story begins with the files that another page shows so.
 * - A `console` block: each line with `$ ` is run, what follows is what it prints. All of a document are
 *   one story that begins in an empty repository: directory and exported variables stay from line to
 *   line, and a session has the same id in all of them.
 * - `<!-- run -->` in front of an `sh` block: it must end well, in a project of its own that has the files
 *   which its page shows.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pagesOf } from "../../scripts/docs_pages.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { lineDiff } from "../harness/line_diff.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const TOP = resolve(import.meta.dirname ?? ".", "../..");
/** All documents that may have examples, relative to the project. */
const PAGES = ["README.md", ...pagesOf(TOP, "docs")];
/** What documents show in place of the scratch folder, in which all folders of a story are. */
const SHOWN_TOP = "/home/anna";
const UPDATE = (Deno.env.get("UPDATE") ?? "") !== "";

const ignore = !executableAvailable || Deno.build.os === "windows";
if (ignore) {
  console.log(
    "skipped: the examples of the documentation (they need a POSIX shell and an executable)",
  );
}

/** A fenced block, with the comment in front of it. */
interface Block {
  readonly mark: string;
  readonly language: string;
  readonly text: string;
  /** Offset of the text in its document. */
  readonly start: number;
}

const FENCE = /(?:^<!-- (?<mark>[^\n]*?) -->\n\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;

function blocksOf(document: string): readonly Block[] {
  return [...document.matchAll(FENCE)].map((match) => {
    const { mark = "", language = "", text = "" } = match.groups ?? {};
    const start = match.index + match[0].length - "```".length - text.length;
    return { mark, language, text, start };
  });
}

/** A scratch repository whose commands find the executable as `orchestrator`. */
class Story implements Disposable {
  readonly scratch: Scratch = new Scratch();
  readonly #env: Readonly<Record<string, string>>;

  private constructor(program: string) {
    symlinkSync(program, join(this.scratch.top, "orchestrator"));
    const env = scratchEnvironment(this.scratch);
    this.#env = { ...env, PATH: `${this.scratch.top}:${env["PATH"] ?? ""}` };
  }

  static async begin(): Promise<Story> {
    const story = new Story(await executable());
    await story.shell("git init -q");
    return story;
  }

  /**
   * Runs a command line, in the directory and with the exported variables that the one before it left.
   * Both outputs come as they would on a terminal.
   */
  async shell(line: string): Promise<{ readonly code: number; readonly output: string }> {
    const left = join(this.scratch.top, "left.sh");
    const before = existsSync(left) ? `. "${left}"` : "";
    const after = `trap '{ export -p; echo cd "\\"$PWD\\""; } >"${left}"' EXIT`;
    const { code, stdout } = await runProcess(
      "/bin/sh",
      ["-c", `${before}\n${after}\nexec 2>&1\n${line}`],
      { cwd: this.scratch.root, env: this.#env },
    );
    return { code, output: stdout.replaceAll(this.scratch.top, SHOWN_TOP) };
  }

  /** Writes the file that a block is, if it is one. */
  write({ mark, text }: Block): void {
    const file = /^file: (?<name>\S+)$/.exec(mark)?.groups?.["name"];
    if (file !== undefined) this.scratch.write(file, text);
  }

  /** Finds the ids of the sessions there are and were, in all folders of the story. */
  get ids(): RegExp {
    const top = readdirSync(this.scratch.top).map((name) => join(this.scratch.top, name));
    const found = [this.scratch.root, ...top].flatMap((folder) => {
      return ["sessions", "removed"].flatMap((name) => {
        const records = join(folder, ".orchestrator", name);
        return existsSync(records) ? readdirSync(records) : [];
      }).map((name) => name.replace(/\.jsonl$/, ""));
    });
    return found.length === 0 ? /(?!)/g : new RegExp([...new Set(found)].join("|"), "g");
  }

  /**
   * Compares a text of this run with that of another one.
   * @returns the ids that the other one has for the sessions of this run, in pairs; null when the texts
   * differ.
   */
  compare(text: string, shown: string): readonly (readonly [string, string])[] | null {
    const ids: string[] = [];
    let source = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    source = source.replace(this.ids, (id) => {
      ids.push(id);
      return "([a-z2-7]{13})";
    });
    source = source
      .replace(
        /\d{4}-\d\d-\d\d([T ])\d\d:\d\d(?::\d\d)?(?:\\\.\d+)?/g,
        "\\d{4}-\\d\\d-\\d\\d$1[\\d:.]+",
      )
      .replace(/\b\d\d:\d\d(:\d\d)?\b/g, "\\d\\d:\\d\\d(?::\\d\\d)?")
      // What ran the test is not what runs a person's commands.
      .replace(/\brun by [^;\n]+/g, "run by [^;\\n]+")
      .replace(/\b\d+ ms\b/g, "\\d+ ms")
      .replace(/\borchestrator-state-[a-z2-7]{26}\b/g, "orchestrator-state-[a-z2-7]{26}")
      .replace(/\b[0-9a-f]{8,64}\b/g, "[0-9a-f]+");
    const match = new RegExp(`^${source}$`).exec(shown);
    return match === null ? null : ids.map((id, index) => [id, match[index + 1] ?? ""] as const);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** Plays the story of a document, and says what it shows that is not so. */
async function play(path: string): Promise<void> {
  let document = readFileSync(path, "utf8");
  using story = await Story.begin();
  const played: { readonly block: Block; readonly text: string; readonly fits: boolean }[] = [];
  const shownAs = new Map<string, string>();
  const differences: string[] = [];
  for (const { groups } of document.matchAll(/^<!-- files of: (?<page>\S+) -->$/gm)) {
    const page = readFileSync(join(dirname(path), groups?.["page"] ?? ""), "utf8");
    blocksOf(page).forEach((block) => story.write(block));
  }
  for (const block of blocksOf(document)) {
    story.write(block);
    if (block.language !== "console") continue;
    let text = "";
    for (const line of block.text.split("\n").filter((line) => line.startsWith("$ "))) {
      const { output } = await story.shell(line.slice(2));
      text += `${line}\n${output === "" || output.endsWith("\n") ? output : `${output}\n`}`;
    }
    const pairs = story.compare(text, block.text);
    if (pairs === null) differences.push(lineDiff(block.text, text));
    let fits = pairs !== null;
    for (const [id, shown] of pairs ?? []) {
      const known = shownAs.get(id);
      if (known === undefined) shownAs.set(id, shown);
      else if (known !== shown) {
        fits = false;
        differences.push(`one session is ${known} in one block and ${shown} in another`);
      }
    }
    played.push({ block, text, fits });
  }
  assert.equal(new Set(shownAs.values()).size, shownAs.size, "each session has an id of its own");
  if (UPDATE) {
    // From the end, so that an update does not move what comes later.
    for (const { block, text } of played.filter(({ fits }) => !fits).reverse()) {
      const told = text.replace(story.ids, (id) => shownAs.get(id) ?? id);
      document = document.slice(0, block.start) + told +
        document.slice(block.start + block.text.length);
    }
    if (differences.length > 0) writeFileSync(path, document);
    return;
  }
  assert.equal(
    differences.join("\n"),
    "",
    `${path} shows something else; if this is right: deno task test:update`,
  );
}

for (const page of PAGES) {
  const blocks = blocksOf(readFileSync(join(TOP, page), "utf8"));
  if (!blocks.some(({ language }) => language === "console")) continue;
  Deno.test({
    name: `${page}: the story it tells prints what it shows`,
    ignore,
    fn: () => play(join(TOP, page)),
  });
}

/** The blocks of all documents that fit, each with its page. */
function allBlocks(fits: (block: Block) => boolean): readonly { page: string; text: string }[] {
  return PAGES.flatMap((page) =>
    blocksOf(readFileSync(join(TOP, page), "utf8")).filter(fits).map(({ text }) => ({ page, text }))
  );
}

Deno.test("examples are found in the documents", () => {
  const shown = allBlocks(({ language }) => language === "console").map(({ text }) => text);
  const commands = shown.join("").split("\n").filter((line) => line.startsWith("$ "));
  assert.ok(commands.length >= 40, `only ${commands.length} commands were found`);
});

Deno.test({
  name: "the examples marked to be run end well",
  ignore,
  fn: async (context) => {
    const blocks = allBlocks(({ mark, language }) => mark === "run" && language === "sh");
    assert.ok(blocks.length > 0);
    for (const { page, text } of blocks) {
      await context.step(`${page}: ${text.split("\n")[0] ?? ""}`, async () => {
        using story = await Story.begin();
        blocksOf(readFileSync(join(TOP, page), "utf8")).forEach((block) => story.write(block));
        const { code, output } = await story.shell(`set -e\n${text}`);
        assert.equal(code, 0, output);
      });
    }
  },
});

Deno.test({
  name: "every workflow that documents show is valid",
  ignore,
  fn: async (context) => {
    const blocks = allBlocks(({ language, text }) =>
      language === "yaml" && /^(?:phases|steps):/m.test(text)
    );
    assert.ok(blocks.length >= 4, `only ${blocks.length} workflows were found`);
    for (const { page, text } of blocks) {
      await context.step(`${page}: ${text.split("\n")[1] ?? ""}`, async () => {
        using story = await Story.begin();
        story.scratch.write("workflow.yaml", text);
        const { code, output } = await story.shell("orchestrator validate");
        assert.equal(code, 0, output);
        assert.doesNotMatch(output, /warning/);
      });
    }
  },
});
