/** The contract of storage, kept by every backend, and by the one in files on both engines. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { compile } from "../../scripts/compile.ts";
import { executableAvailable } from "../harness/executable.ts";
import { placeInFiles, placeInMemory, placeInWorktree } from "./storage_places.ts";
import { storageCases } from "./storage_suite.ts";

for (const { name, run, accidents } of storageCases) {
  Deno.test(`storage in files: ${name}`, async () => {
    const top = await Deno.makeTempDir({ prefix: "storage-" });
    try {
      await run(placeInFiles(top));
    } finally {
      await Deno.remove(top, { recursive: true });
    }
  });
  if (accidents) continue;
  Deno.test(`storage in memory: ${name}`, () => run(placeInMemory()));
  Deno.test(`storage in files of a linked worktree: ${name}`, async () => {
    const top = await Deno.makeTempDir({ prefix: "storage-" });
    try {
      await run(placeInWorktree(top));
    } finally {
      await Deno.remove(top, { recursive: true });
    }
  });
}

Deno.test({
  name: "storage in files on Bun: every case, inside an executable",
  ignore: !executableAvailable,
  async fn(context) {
    const top = await Deno.makeTempDir({ prefix: "storage-bun-" });
    try {
      const entry = fileURLToPath(new URL("./storage_program.ts", import.meta.url));
      const { path } = await compile({ engine: "bun", outdir: top, name: "storage", entry });
      const { code, stdout, stderr } = await new Deno.Command(path, { args: [top] }).output();
      const decoder = new TextDecoder();
      assert.equal(code, 0, decoder.decode(stderr));
      const errors = new Map(
        decoder.decode(stdout).trimEnd().split("\n").map((line) => {
          const { name, error } = JSON.parse(line) as { name: string; error: string | null };
          return [name, error] as const;
        }),
      );
      for (const { name } of storageCases) {
        await context.step(name, () => {
          const error = errors.get(name);
          assert.ok(error === null, error ?? "it did not run");
        });
      }
    } finally {
      await Deno.remove(top, { recursive: true });
    }
  },
});
