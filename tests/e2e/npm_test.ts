/** The npm packages, as packed, installed by npm from a registry on loopback. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { npmPackages } from "../../scripts/release/npm_packages.ts";
import { SYSTEMS } from "../../scripts/release/systems.ts";
import { isWindows, target } from "../../src/platform/runtime.ts";
import { NPM_NAME } from "../../src/release/address.ts";
import { slowTest } from "../harness/effort.ts";
import { NpmRegistry } from "../harness/npm_registry.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");
const FILE = "orchestrator";

/** Stands for the executable: shows what it was given, waits when told to, and ends as it is told. */
const PROGRAM = (name: string) =>
  `#!/bin/sh
case $1 in
  exit) exit "$2" ;;
  wait) trap 'echo told; exit 3' TERM; echo ready; while :; do sleep 0.05; done ;;
  kill) kill -9 $$ ;;
esac
echo "${name}: $*"
read -r line && echo "read $line"
exit 0
`;

const npm = spawnSync("npm", ["--version"], { encoding: "utf8" }).status === 0;

class Project {
  readonly scratch = new Scratch({ "package.json": '{ "name": "project", "private": true }\n' });
  readonly registry: string;

  constructor(registry: string) {
    this.registry = registry;
  }

  run(program: string, args: readonly string[], stdin = ""): Promise<Result> {
    return runProcess(program, args, { cwd: this.scratch.root, env: this.env, stdin });
  }

  get env(): Record<string, string> {
    return scratchEnvironment(this.scratch, {
      npm_config_registry: this.registry,
      npm_config_cache: join(this.scratch.top, "cache"),
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      npm_config_fund: "false",
    });
  }

  async npm(...args: readonly string[]): Promise<void> {
    const { code, stderr, stdout } = await this.run("npm", args);
    assert.equal(code, 0, stderr + stdout);
  }

  get bin(): string {
    return join(this.scratch.root, "node_modules", ".bin", FILE);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

slowTest({
  name: `npm: the packages bring the executable for this system${npm ? "" : " (skipped: no npm)"}`,
  ignore: !npm || isWindows,
  fn: async (t) => {
    const version = "1.2.3";
    await using registry = await NpmRegistry.open(npmPackages({
      root: ROOT,
      version,
      time: new Date(0),
      executables: new Map(
        Object.keys(SYSTEMS).map((
          name,
        ) => [name, () => new TextEncoder().encode(PROGRAM(name))]),
      ),
    }));

    await t.step("npx runs it without installing anything", async () => {
      using project = new Project(registry.address);
      const { code, stdout, stderr } = await project.run(
        "npx",
        ["-y", NPM_NAME, "status", "a b"],
        "in\n",
      );
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `${target()}: status a b\nread in\n`);
      assert.equal(existsSync(join(project.scratch.root, "node_modules")), false);
    });

    await t.step("npm install brings the package of this system only", async () => {
      using project = new Project(registry.address);
      registry.downloaded.length = 0;
      await project.npm("install", "--save-dev", NPM_NAME);
      const downloaded = registry.downloaded.filter((file) =>
        file.includes(`-${target()}-${version}`)
      );
      assert.equal(downloaded.length, 1, registry.downloaded.join());
      const foreign = registry.downloaded.filter((file) => /macos|windows/.test(file));
      assert.deepEqual(foreign, []);
      assert.match(
        (await project.run(project.bin, ["status"])).stdout,
        new RegExp(`^${target()}: status`),
      );
      assert.equal((await project.run(project.bin, ["exit", "7"])).code, 7);
    });

    for (const system of [["darwin", "arm64"], ["win32", "x64"]] as const) {
      await t.step(`a lock file made on ${system.join(" ")} serves here too`, async () => {
        using project = new Project(registry.address);
        const [os, cpu] = system;
        await project.npm("install", "--save-dev", NPM_NAME, `--os=${os}`, `--cpu=${cpu}`);
        const lock = readFileSync(join(project.scratch.root, "package-lock.json"), "utf8");
        for (const name of Object.keys(SYSTEMS)) {
          assert.ok(lock.includes(`${NPM_NAME}-${name}`), name);
        }
        rmSync(join(project.scratch.root, "node_modules"), { recursive: true });
        await project.npm("ci");
        assert.match((await project.run(project.bin, ["x"])).stdout, new RegExp(`^${target()}: x`));
      });
    }

    await t.step("without optional dependencies it says what is missing", async () => {
      using project = new Project(registry.address);
      await project.npm("install", NPM_NAME, "--omit=optional");
      const { code, stderr, stdout } = await project.run(project.bin, ["status"]);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`${NPM_NAME}-${target()}@${version.replaceAll(".", "\\.")}`));
      await project.npm("install", "--save-optional", `${NPM_NAME}-${target()}@${version}`);
      assert.match((await project.run(project.bin, ["x"])).stdout, new RegExp(`^${target()}: x`));
    });

    await t.step("signals reach the executable, and how it ended is passed on", async () => {
      using project = new Project(registry.address);
      await project.npm("install", NPM_NAME);
      const child = spawn(project.bin, ["wait"], { cwd: project.scratch.root, env: project.env });
      let printed = "";
      const ended = new Promise<unknown>((resolve) =>
        child.on("close", (code, signal) => resolve(code ?? signal))
      );
      child.stdout.on("data", (data: Uint8Array) => {
        printed += new TextDecoder().decode(data);
        // Not child.kill(): Deno would then report the signal, however the program ended.
        if (printed === "ready\n") process.kill(child.pid ?? 0, "SIGTERM");
      });
      assert.equal(await ended, 3);
      assert.equal(printed, "ready\ntold\n");
      const killed = spawnSync(project.bin, ["kill"], {
        cwd: project.scratch.root,
        env: project.env,
      });
      assert.equal(killed.signal, "SIGKILL");
    });
  },
});
