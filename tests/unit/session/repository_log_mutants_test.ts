/** Every change of one value, and of one line, of the repository's journal is found; what a branch or a snapshot brings in its place is seen and holds up nothing. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf, readRepositoryLog } from "../../../src/session/repository_log/read_log.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { isRecord } from "../../../src/workflow/record.ts";
import { git } from "../../harness/git_server.ts";
import { type Machine, Machines } from "../../harness/machines.ts";

/** All variants of a value with one leaf changed, or one field left out. */
function* mutantsOf(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    for (const [at, entry] of value.entries()) {
      for (const mutant of mutantsOf(entry)) yield value.with(at, mutant);
      yield value.toSpliced(at, 1);
    }
  } else if (isRecord(value)) {
    for (const [name, field] of Object.entries(value)) {
      for (const mutant of mutantsOf(field)) yield { ...value, [name]: mutant };
      const { [name]: _, ...rest } = value;
      yield rest;
    }
  } else if (typeof value === "number") yield value + 1;
  else if (typeof value === "string") yield `${value}x`;
  else yield "x";
}

Deno.test("no value of a journal of the repository can be changed, no line moved or dropped", async () => {
  using machines = new Machines();
  const [one, two] = [machines.clone("one"), machines.clone("two")];
  await one.start("First");
  const { session: first } = await one.data<{ session: string }>("status");
  await one.must("state", "push");
  await two.must("state", "pull");
  await two.start("Second");
  await two.must("session", "end", first, "--reason", "started the wrong thing");
  await two.must("session", "remove", first, "--yes", "--reason", "tidying up");
  await two.must("state", "push");
  await one.must("state", "pull");
  await one.start("Third");
  const folder = join(one.root, ".orchestrator");
  const backend = new FileBackend(folder);
  const problems = async () => problemsOf(await readRepositoryLog(backend)).length;
  assert.equal(await problems(), 0);
  const own = JSON.parse(readFileSync(join(folder, "writer.json"), "utf8")).writer;
  let tried = 0;
  for (const name of readdirSync(join(folder, "log"))) {
    const path = join(folder, "log", name);
    const text = readFileSync(path, "utf8");
    const lines = text.trimEnd().split("\n");
    assert.ok(lines.length > 1);
    // Of the chain of another clone nothing refers to the end, unless a line here does.
    const known = name === `${own}.jsonl` ? lines.length : lines.length - 1;
    const changed = lines.slice(0, known).flatMap((line, at) => [
      ...[...mutantsOf(JSON.parse(line))].map((mutant) => lines.with(at, JSON.stringify(mutant))),
      lines.toSpliced(at, 1),
      lines.toSpliced(at, 0, line),
      ...(at + 1 < lines.length
        ? [lines.toSpliced(at, 2, lines[at + 1] ?? "", line), lines.slice(0, at)]
        : []),
    ]);
    for (const mutant of changed) {
      const written = mutant.map((line) => `${line}\n`).join("");
      if (written === text) continue;
      writeFileSync(path, written);
      assert.ok(await problems() > 0, `unseen: ${written}`);
      tried += 1;
    }
    writeFileSync(path, text);
  }
  assert.ok(tried > 200, `${tried} mutants`);
  assert.equal(await problems(), 0);
});

/** What a clone may have in its journals of the repository. */
const HOSTILE: Readonly<Record<string, (folder: string, own: string) => void>> = {
  "its own journal is cut": (folder, own) => {
    const text = readFileSync(join(folder, own), "utf8");
    writeFileSync(join(folder, own), text.slice(0, text.length / 2));
  },
  "its own journal goes on with what is no event": (folder, own) => {
    const text = readFileSync(join(folder, own), "utf8");
    writeFileSync(join(folder, own), `${text}{"v":1,"seq":7}\n\u0000\n`);
  },
  "another journal is no text": (folder) =>
    writeFileSync(join(folder, "aaaaaaaaaaaaa.jsonl"), new Uint8Array([0xff, 0xfe, 0, 10, 10])),
  "another journal is nested without end": (folder) =>
    writeFileSync(join(folder, "aaaaaaaaaaaaa.jsonl"), `${"[".repeat(200_000)}\n`),
  "a journal has a name that is none": (folder) => writeFileSync(join(folder, "..jsonl"), "x\n"),
  "a journal is a folder": (folder) => {
    mkdirSync(join(folder, "aaaaaaaaaaaaa.jsonl/deep"), { recursive: true });
    writeFileSync(join(folder, "aaaaaaaaaaaaa.jsonl/deep/x"), "x\n");
  },
  "a journal is a link": (folder) =>
    symlinkSync("/etc/hostname", join(folder, "aaaaaaaaaaaaa.jsonl")),
};

/** What is in the way of nothing, and gets no say over a clone's own journal. */
async function worksOn(machine: Machine, writers: number): Promise<void> {
  await machine.start("Of the reader");
  await machine.must("complete", "think");
  await machine.must("note", "it goes on");
  await machine.must("session", "list");
  await machine.must("log", "--repository");
  const { code, stderr } = await machine.run("log", "verify", "--all");
  assert.ok(code === 0 || code === 8, stderr);
  const own = JSON.parse(readFileSync(join(machine.root, ".orchestrator/writer.json"), "utf8"));
  assert.ok(!stderr.includes(`${own.writer}.jsonl`), stderr);
  const names = readdirSync(join(machine.root, ".orchestrator/log"));
  assert.ok(names.includes(`${own.writer}.jsonl`) && names.length >= writers, names.join());
}

Deno.test("hostile journals on the state branch hold up nothing and change no other journal", async (test) => {
  for (const [name, harm] of Object.entries(HOSTILE)) {
    await test.step(name, async () => {
      using machines = new Machines();
      const one = machines.clone("one");
      await one.start("First");
      await one.must("state", "push");
      const [branch = ""] = machines.branches;
      const checkout = join(machines.scratch.top, "checkout");
      git(machines.scratch.top, "clone", "--quiet", "-b", branch, machines.bare, checkout);
      const [own = ""] = readdirSync(join(checkout, "log"));
      harm(join(checkout, "log"), own);
      git(checkout, "add", "--all");
      git(checkout, "commit", "--quiet", "-m", "state");
      git(checkout, "push", "--quiet", "origin", branch);
      const before = readFileSync(join(one.root, ".orchestrator/log", own), "utf8");
      const two = machines.clone("two");
      await two.must("state", "pull");
      await worksOn(two, 1);
      await two.must("state", "push");
      // The clone whose journal was harmed on the branch keeps its own lines.
      await one.must("state", "pull");
      const kept = readdirSync(join(one.root, ".orchestrator/log"))
        .map((file) => readFileSync(join(one.root, ".orchestrator/log", file), "utf8"));
      assert.ok(kept.some((text) => text.startsWith(before)), kept.join("\n"));
      await worksOn(one, 2);
    });
  }
});

Deno.test("hostile journals in a snapshot hold up nothing and change no other journal", async (test) => {
  for (const [name, harm] of Object.entries(HOSTILE)) {
    await test.step(name, async () => {
      using machines = new Machines();
      const [one, two] = [machines.clone("one"), machines.clone("two")];
      await one.start("First");
      const folder = join(one.root, ".orchestrator/log");
      const [own = ""] = readdirSync(folder);
      harm(folder, own);
      const file = join(machines.scratch.top, "state.tar.gz");
      await one.must("snapshot", "export", "-o", file);
      await two.must("snapshot", "import", file);
      await worksOn(two, 1);
    });
  }
});
