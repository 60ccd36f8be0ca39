import process from "node:process";
import { run } from "./src/cli/run.ts";
import { systemIo } from "./src/cli/system_io.ts";

process.exitCode = await run(process.argv.slice(2), systemIo());
