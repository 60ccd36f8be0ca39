/** The platform's contract, kept on both engines. */
import assert from "node:assert/strict";
import { platformCases } from "./platform/cases.ts";
import { buildWithBun, runToEnd } from "./platform/engines.ts";

for (const { name, run, applies = true } of platformCases) {
  Deno.test(`platform on Deno: ${name}`, { ignore: !applies }, async () => {
    const directory = await Deno.makeTempDir({ prefix: "platform-" });
    try {
      await run(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("platform on Bun: every case, inside an executable", async (context) => {
  using bun = await buildWithBun();
  const directory = await Deno.makeTempDir({ prefix: "platform-" });
  try {
    const { exitCode, output } = await runToEnd(bun, "cases", directory);
    assert.equal(exitCode, 0, output);
    const results = new Map<string, string | null>();
    for (const line of output.trimEnd().split("\n")) {
      const { name, error } = JSON.parse(line) as { name: string; error: string | null };
      results.set(name, error);
    }
    for (const { name, applies = true } of platformCases) {
      await context.step({
        name,
        ignore: !applies,
        fn: () => assert.equal(results.get(name), null, results.get(name) ?? "it did not run"),
      });
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
