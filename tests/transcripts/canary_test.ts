/**
 * Transcripts once more, so many that every command ends in every way that the transcripts know of (in
 * the long form: all), with secrets planted wherever secrets can be, and `--debug` on every
 * command: not one of the values turns up in what is printed or written.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LONG } from "../harness/effort.ts";
import { canariesIn, canaryFiles, makeCanaryFiles, plantCanaries } from "../harness/canary.ts";
import { playTranscript } from "../harness/transcript.ts";
import { covering, endingsOf } from "./covering.ts";
import { transcriptNames, whyNot, WORKFLOWS } from "./transcripts.ts";

const DIRECTORY = import.meta.dirname ?? ".";

/** Stories about secrets tell of values on purpose; the story in tests/e2e does it with canaries. */
const ABOUT_SECRETS = /^secrets\//;

/** Files that a workflow's command writes: the command inherits the environment of its caller. */
const BY_COMMANDS: ReadonlySet<string> = new Set(["project/seen.txt"]);

const texts = new Map(
  transcriptNames().map((name) => [name, readFileSync(join(DIRECTORY, `${name}.txt`), "utf8")]),
);

const playable = new Map(
  [...texts].filter(([name]) => whyNot(name, {}) === null && !ABOUT_SECRETS.test(name))
    .map(([name, text]) => [name, endingsOf(text)]),
);

Deno.test("the part of the transcripts that is played has every command and each of its endings", () => {
  const chosen = covering(playable);
  const waysOf = (names: Iterable<string>) =>
    new Set([...names].flatMap((name) => [...playable.get(name)?.ways ?? []]));
  assert.deepEqual([...waysOf(chosen)].sort(), [...waysOf(playable.keys())].sort());
  for (const way of ["complete ends with 0", "complete ends with 1", "session list ends with 0"]) {
    assert.ok(waysOf(chosen).has(way), way);
  }
  assert.ok(chosen.length < playable.size * 0.6, `${chosen.length} of ${playable.size}`);
});

Deno.test("no planted secret turns up in any transcript", async (test) => {
  const files = await makeCanaryFiles();
  const chosen = LONG ? [...playable.keys()] : covering(playable);
  let played = 0;
  let commands = 0;
  for (const name of chosen) {
    await test.step(name, async () => {
      const text = texts.get(name) ?? "";
      // A story may bring an identity of its own; the program must not carry it further.
      const own = [...text.matchAll(/^-- (.+) --$/gm)].map(([, path]) =>
        `project/${path}: identity`
      );
      const leaks: string[] = [];
      let inspected = false;
      try {
        await playTranscript(text, {
          workflows: WORKFLOWS,
          options: ["--debug"],
          prepare: (scratch, env) => plantCanaries(scratch, env, files, { repository: false }),
          inspect: (scratch) => {
            inspected = true;
            leaks.push(
              ...canaryFiles(scratch).filter((leak) =>
                !BY_COMMANDS.has(leak.replace(/: .*/, "")) && !own.includes(leak)
              ),
            );
          },
          observe: (argv, { stdout, stderr }) => {
            commands++;
            const found = canariesIn(stdout + stderr);
            if (found.length > 0) leaks.push(`${argv.join(" ")}: ${found}`);
          },
        });
      } catch (error) {
        // What is planted may change a story so much that it cannot be told to its end.
        if (!(error instanceof Error) || !/^line \d+: /.test(error.message)) throw error;
      }
      if (inspected) played++;
      assert.deepEqual(leaks, []);
    });
  }
  assert.ok(commands > 300, `only ${commands} commands were run`);
  assert.ok(
    played > chosen.length * 0.8,
    `only ${played} transcripts came to their end`,
  );
});
