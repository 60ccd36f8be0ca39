/** Commands that read during the rollback of a migration see the old state or the new one. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import {
  answer,
  oldRepository,
  orchestrator,
  repositoryOf,
} from "../unit/migration/old_repository.ts";

const ROUNDS = 6;
const READERS: readonly (readonly string[])[] = [
  ["status"],
  ["log"],
  ["handoff"],
  ["session", "show"],
  ["checkpoint", "list"],
  ["feedback", "process", "list"],
];

for (const generation of [4, 8]) {
  Deno.test(`readers during rollbacks: generation ${generation}`, async () => {
    using scratch = oldRepository(repositoryOf(generation));
    const first = (await answer(scratch, "status")).data;
    for (let round = 0; round < ROUNDS; round++) {
      await answer(scratch, "migrate", "--yes");
      let moving = true;
      const reader = async (argv: readonly string[]) => {
        while (moving) {
          // Reading waits for nothing that the event loop brings: without this the rollback starves.
          await new Promise((resolve) => setImmediate(resolve));
          for (const named of [[], ["--session", first.session]]) {
            if (argv[1] === "show" && named.length > 0) continue;
            const { code, stdout, stderr } = await orchestrator(scratch, [
              ...argv,
              ...named,
              "--json",
            ]);
            assert.equal(code, 0, `${argv.join(" ")} ${named.join(" ")}\n${stderr}`);
            assert.equal(JSON.parse(stdout).data.session, first.session);
          }
        }
      };
      const readers = READERS.map(reader);
      try {
        await answer(scratch, "migrate", "--rollback", "--yes");
      } finally {
        moving = false;
      }
      await Promise.all(readers);
    }
  });
}
