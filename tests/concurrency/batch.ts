/**
 * A process of Deno that runs several command lines from source, one after the other: starting Deno
 * for each would take most of the time.
 *
 * Its argument is a JSON array of argvs; it prints one JSON line per command, `{code, stdout, stderr}`.
 * @module
 */
import process from "node:process";
import { run } from "../../src/cli/run.ts";
import { systemIo } from "../../src/cli/system_io.ts";
import { writeOut } from "../../src/platform/console.ts";

const io = systemIo();
for (const argv of JSON.parse(process.argv[2] ?? "[]") as string[][]) {
  const printed = { stdout: "", stderr: "" };
  const code = await run(argv, {
    ...io,
    interrupted: new AbortController().signal,
    out: (text) => {
      printed.stdout += text;
      return true;
    },
    err: (text) => {
      printed.stderr += text;
      return true;
    },
  });
  writeOut(JSON.stringify({ code, ...printed }) + "\n");
}
