/**
 * The README's examples, run on the executable. `deno task test:update` rewrites the output that it
 * shows.
 *
 * - `<!-- file: NAME -->` in front of a block: the block is that file.
 * - A `console` block: each line with `$ ` is run, what follows is what it prints. All of them are one
 *   story in one project: a session has the same id in all of them.
 * - `<!-- run -->` in front of an `sh` block: it must end well, in a project of its own.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { lineDiff } from "../harness/line_diff.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const README = resolve(import.meta.dirname ?? ".", "../../README.md");
const UPDATE = (Deno.env.get("UPDATE") ?? "") !== "";

const ignore = !executableAvailable || Deno.build.os === "windows";
if (ignore) console.log("skipped: README examples (they need a POSIX shell and an executable)");

/** A fenced block, with the comment in front of it. */
interface Block {
  readonly mark: string;
  readonly language: string;
  readonly text: string;
  /** Offset of the text in the README. */
  readonly start: number;
}

const FENCE = /(?:^<!-- (?<mark>[^\n]*?) -->\n\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;

function blocksOf(readme: string): readonly Block[] {
  return [...readme.matchAll(FENCE)].map((match) => {
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

  /** Runs a command line. Both outputs come as they would on a terminal. */
  async shell(line: string): Promise<{ readonly code: number; readonly output: string }> {
    const { code, stdout } = await runProcess("/bin/sh", ["-c", `exec 2>&1\n${line}`], {
      cwd: this.scratch.root,
      env: this.#env,
    });
    return { code, output: stdout };
  }

  /** The sessions there are. */
  get sessions(): readonly string[] {
    return readdirSync(join(this.scratch.root, ".orchestrator", "sessions"));
  }

  /**
   * Compares a text of this run with that of another one.
   * @returns the ids that the other one has for the sessions of this run, in pairs; null when the texts
   * differ.
   */
  compare(text: string, shown: string): readonly (readonly [string, string])[] | null {
    const ids: string[] = [];
    let source = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    source = source.replace(new RegExp(this.sessions.join("|"), "g"), (id) => {
      ids.push(id);
      return "([a-z2-7]{13})";
    });
    source = source
      .replace(/\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\\\.\d+)?/g, "\\d{4}-\\d\\d-\\d\\d$1[\\d:.]+")
      .replace(/\b\d\d:\d\d(:\d\d)?\b/g, "\\d\\d:\\d\\d(?::\\d\\d)?")
      // What ran the test is not what runs a person's commands.
      .replace(/\brun by [^;\n]+/g, "run by [^;\\n]+")
      .replace(/\b\d+ ms\b/g, "\\d+ ms")
      .replace(/\b[0-9a-f]{8,64}\b/g, "[0-9a-f]+");
    const match = new RegExp(`^${source}$`).exec(shown);
    return match === null ? null : ids.map((id, index) => [id, match[index + 1] ?? ""] as const);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

Deno.test({
  name: "README: the walk through a workflow prints what it shows",
  ignore,
  fn: async () => {
    let readme = readFileSync(README, "utf8");
    using story = await Story.begin();
    let commands = 0;
    const played: { readonly block: Block; readonly text: string; readonly fits: boolean }[] = [];
    const shownAs = new Map<string, string>();
    const differences: string[] = [];
    for (const block of blocksOf(readme)) {
      const file = /^file: (?<name>\S+)$/.exec(block.mark)?.groups?.["name"];
      if (file !== undefined) story.scratch.write(file, block.text);
      if (block.language !== "console") continue;
      let text = "";
      for (const line of block.text.split("\n").filter((line) => line.startsWith("$ "))) {
        const { output } = await story.shell(line.slice(2));
        text += `${line}\n${output === "" || output.endsWith("\n") ? output : `${output}\n`}`;
        commands += 1;
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
    assert.ok(commands >= 10, `only ${commands} commands were found in README.md`);
    assert.equal(new Set(shownAs.values()).size, shownAs.size, "each session has an id of its own");
    if (UPDATE) {
      // From the end, so that an update does not move what comes later.
      for (const { block, text } of played.filter(({ fits }) => !fits).reverse()) {
        const ids = new RegExp(story.sessions.join("|"), "g");
        const told = text.replace(ids, (id) => shownAs.get(id) ?? id);
        readme = readme.slice(0, block.start) + told +
          readme.slice(block.start + block.text.length);
      }
      if (differences.length > 0) writeFileSync(README, readme);
      return;
    }
    assert.equal(
      differences.join("\n"),
      "",
      "README.md shows something else; if this is right: deno task test:update",
    );
  },
});

Deno.test({
  name: "README: the examples marked to be run end well",
  ignore,
  fn: async (context) => {
    const blocks = blocksOf(readFileSync(README, "utf8"))
      .filter(({ mark, language }) => mark === "run" && language === "sh");
    assert.ok(blocks.length > 0);
    for (const { text } of blocks) {
      await context.step(text.split("\n")[0] ?? "", async () => {
        using story = await Story.begin();
        const { code, output } = await story.shell(`set -e\n${text}`);
        assert.equal(code, 0, output);
      });
    }
  },
});

Deno.test({
  name: "README: every workflow it shows is valid",
  ignore,
  fn: async () => {
    const blocks = blocksOf(readFileSync(README, "utf8")).filter(({ language }) =>
      language === "yaml"
    );
    assert.ok(blocks.length >= 2);
    for (const { text } of blocks) {
      using story = await Story.begin();
      story.scratch.write("workflow.yaml", text);
      const { code, output } = await story.shell("orchestrator validate");
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /warning/);
    }
  },
});
