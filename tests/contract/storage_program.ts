/**
 * Runs the storage contract on files, whatever engine it runs on: prints `{name, error}` as JSON lines.
 * Its argument is an empty directory.
 * @module
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { writeOut } from "../../src/platform/console.ts";
import { placeInFiles } from "./storage_places.ts";
import { storageCases } from "./storage_suite.ts";

const top = process.argv[2] ?? "";
for (const { name, run } of storageCases) {
  let error: string | null = null;
  try {
    await run(placeInFiles(mkdtempSync(join(top, "case-"))));
  } catch (thrown) {
    error = thrown instanceof Error ? String(thrown.stack) : String(thrown);
  }
  writeOut(`${JSON.stringify({ name, error })}\n`);
}
