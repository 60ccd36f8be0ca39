/**
 * The environment and the files of a project must not turn the executable into another program: the
 * runtime inside it looks at variables and files before the program's first line.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { Project } from "../harness/program.ts";

const ignore = !executableAvailable;

/** Files that runtimes read without being asked; each would run `evil.js`, or change what is detected. */
const FILES = {
  "workflow.yaml": "name: Small\nsteps:\n  - name: Do it\n",
  "evil.js": 'console.log("EVIL"); process.exit(66);\n',
  "bunfig.toml": 'preload = ["./evil.js"]\n[run]\npreload = ["./evil.js"]\n',
  ".env": "CLAUDECODE=1\nORCHESTRATOR_ACTOR=evil\nBUN_OPTIONS=--preload=./evil.js\n",
  ".env.local": "CLAUDECODE=1\n",
  ".env.production": "CLAUDECODE=1\n",
  "tsconfig.json": '{"compilerOptions":{"paths":{"*":["./evil.js"]}}}\n',
  "package.json": '{"imports":{"node:fs":"./evil.js"},"type":"commonjs"}\n',
  "deno.json": '{"imports":{"node:fs":"./evil.js"}}\n',
};

/** Variables that Bun, Node or Deno look at to load, watch, inspect or replace a program. */
const VARIABLES: readonly Readonly<Record<string, string>>[] = [
  {},
  { BUN_BE_BUN: "1" },
  ...[
    "--preload=./evil.js",
    "-r ./evil.js",
    "--import=./evil.js",
    "--config=./bunfig.toml",
    "--env-file=.env",
    "--print 1+1",
    "-e 1",
    "--help",
    "--watch",
    "--hot",
    "--inspect-wait=127.0.0.1:0",
    "--no-such-option",
  ].map((options) => ({ BUN_OPTIONS: options })),
  { BUN_INSPECT: "ws://127.0.0.1:0/x?wait=1" },
  { BUN_INSPECT_PRELOAD: "./evil.js" },
  { BUN_INSPECT_CONNECT_TO: "unix://./nowhere", BUN_INSPECT_NOTIFY: "unix://./nowhere" },
  { BUN_CONFIG_PRELOAD: "./evil.js", BUN_CONFIG_FILE: "./bunfig.toml" },
  { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "./written", BUN_WATCHER_TRACE: "./written" },
  { BUN_BYTECODE_ORDER_OUT: "./written", BUN_BYTECODE_DIGEST_OUT: "./written" },
  { NODE_OPTIONS: "--require ./evil.js" },
  { NODE_OPTIONS: "--import ./evil.js --inspect-brk" },
  { NODE_PATH: ".", NODE_REPL_EXTERNAL_MODULE: "./evil.js", NODE_COMPILE_CACHE: "./written" },
  { NODE_ENV: "production", BUN_ENV: "production" },
  { NODE_EXTRA_CA_CERTS: "./missing.pem" },
  { NODE_V8_COVERAGE: "./written", NODE_REDIRECT_WARNINGS: "./written" },
  { DENO_NO_PACKAGE_JSON: "0", DENO_DIR: "./written", DENO_V8_FLAGS: "--help" },
  { DENO_COVERAGE_DIR: "./written", DENO_UNSTABLE_CONFIG: "./deno.json" },
];

Deno.test({
  name: "no variable or file of a runtime makes another program of the executable",
  ignore,
  fn: async () => {
    using project = new Project(FILES, { file: await executable() });
    const run = (argv: readonly string[], variables: Readonly<Record<string, string>>) =>
      project.runWith(argv, { env: { ...project.env, ...variables } });
    assert.equal((await run(["start", "Try it", "--quiet"], {})).code, 0);
    const expected = await run(["session", "show", "--json"], {});
    const { actor } = JSON.parse(expected.stdout).data;
    assert.deepEqual([actor.kind, actor.name === "evil"], ["person", false]);
    for (const variables of VARIABLES) {
      assert.deepEqual(
        await run(["session", "show", "--json"], variables),
        expected,
        JSON.stringify(variables),
      );
      assert.ok(!existsSync(join(project.root, "written")), JSON.stringify(variables));
    }
  },
});
