/** A session whose journal is damaged here does not keep the others from the branch. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Machines } from "../../harness/machines.ts";

const DAMAGE: Readonly<Record<string, (journal: string) => string>> = {
  "a line of it was changed": (journal) => journal.replace('"think"', '"thonk"'),
  "a line of it is no event": (journal) => journal.replace(/\n.*\n$/, "\n{}\n"),
  "all of it is zeros": (journal) => `${"\0".repeat(journal.length - 1)}\n`,
};

Deno.test("a push takes all sessions but the damaged one, whose copy on the branch stays", async (test) => {
  for (const [name, damage] of Object.entries(DAMAGE)) {
    await test.step(name, async () => {
      using machines = new Machines();
      const [one, two] = [machines.clone("one"), machines.clone("two")];
      await one.start("Damaged");
      const damaged = (await one.status()).session;
      await one.must("complete", "think");
      await one.start("Whole");
      const whole = (await one.status()).session;
      await one.must("state", "push");
      const journal = join(one.root, ".orchestrator/sessions", damaged, "log.jsonl");
      const before = readFileSync(journal, "utf8");
      const after = damage(before);
      assert.notEqual(after, before);
      writeFileSync(journal, after);
      await one.must("note", "not to be lost", "--session", whole);
      const pushed = await one.must("state", "push");
      assert.match(
        pushed.stderr,
        new RegExp(`warning: Session ${damaged} was not (merged|pushed)`),
      );
      assert.match(pushed.stderr, /the branch keeps its copy/);
      assert.equal(readFileSync(journal, "utf8"), after);
      await two.must("state", "pull", "--all");
      const at = (id: string) =>
        readFileSync(join(two.root, ".orchestrator/sessions", id, "log.jsonl"), "utf8");
      assert.match(at(whole), /not to be lost/);
      assert.equal(at(damaged), before);
      // The other clone goes on with it; this one is told once more, and nothing is pushed over it.
      await two.must("note", "from elsewhere", "--session", damaged);
      await two.must("state", "push");
      const pulled = await one.must("state", "pull");
      assert.match(pulled.stderr, new RegExp(`Session ${damaged} was not merged`));
      assert.equal(readFileSync(journal, "utf8"), after);
    });
  }
});
