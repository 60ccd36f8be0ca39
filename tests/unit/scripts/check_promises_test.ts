import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { droppedPromises } from "../../../scripts/check_promises.ts";
import { projectProgram } from "../../../scripts/typescript_project.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../../..");

Deno.test("a promise that is dropped is found in each form, and no other", () => {
  const source = `
    const work = async (): Promise<number> => await Promise.resolve(1);
    declare const some: readonly number[];
    declare const maybe: undefined | { run(): Promise<void> };
    declare function later(done: () => void): void;
    declare function waits(done: () => Promise<unknown> | void): void;
    export async function all(wanted: boolean): Promise<void> {
      work(); // dropped
      maybe?.run(); // dropped
      wanted && work(); // dropped
      wanted ? work() : undefined; // dropped
      work().then(() => 1); // dropped
      work().finally(() => {}); // dropped
      new Promise<void>(() => {}); // dropped
      some.forEach(async () => { await work(); }); // dropped
      later(work); // dropped
      await work();
      void work();
      const kept = work();
      work().catch(() => {});
      work().then(() => 1, () => 2);
      work().catch(() => {}).finally(() => {});
      waits(work);
      waits(() => {});
      later(() => {});
      some.map((one) => one);
      await kept;
    }
  `;
  const folder = mkdtempSync(join(tmpdir(), "promises-"));
  try {
    const path = join(folder, "dropped.ts");
    writeFileSync(path, source);
    const found = droppedPromises(projectProgram(ROOT, [path]));
    const marked = source.split("\n").flatMap((line, index) =>
      line.includes("// dropped") ? [index + 1] : []
    );
    assert.deepEqual(found.map(({ line }) => line), marked);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
