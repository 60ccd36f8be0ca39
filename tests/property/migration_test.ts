/** Any mixture of old files moves over without loss, and comes back as it was. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import {
  answer,
  assertFoundAgain,
  assertSameTree,
  hashesOf,
  oldRepository,
  repositoryOf,
  treeOf,
} from "../unit/migration/old_repository.ts";

const FILES = Object.entries({ ...repositoryOf(4), ...repositoryOf(8) });

Deno.test("any mixture of old files goes there and back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(FILES, { minLength: 1 }),
      fc.dictionary(
        fc.constantFrom(
          ".workflow_log.jsonl",
          ".workflow_state.json",
          ".orchestrator.yaml",
          ".orchestrator/current",
          ".workflow_feedback.jsonl",
          ".workflow_checkpoints/cp_x.json",
          ".claude/prd_state.json",
        ),
        fc.oneof(fc.string({ unit: "binary" }), fc.json()),
        { maxKeys: 3 },
      ),
      async (files, broken) => {
        using scratch = oldRepository({ ...Object.fromEntries(files), ...broken });
        const before = treeOf(scratch);
        const hashes = hashesOf(scratch);
        const { data: planned } = await answer(scratch, "migrate", "--dry-run");
        const { data } = await answer(scratch, "migrate", "--yes");
        if (!data.migrated) {
          assert.deepEqual(planned.moves, []);
          assertSameTree(before, treeOf(scratch));
          return;
        }
        assert.deepEqual(data.moves, planned.moves);
        await assertFoundAgain(scratch, hashes, data);
        await answer(scratch, "log", "verify", "--all");
        await answer(scratch, "migrate", "--rollback", "--yes");
        assertSameTree(before, treeOf(scratch));
      },
    ),
    { numRuns: runs(25) },
  );
});
