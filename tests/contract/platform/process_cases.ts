/** Running other programs. The commands are for `/bin/sh`. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { OrchestratorError } from "../../../src/errors.ts";
import { type CommandRequest, runCommand, runProgram } from "../../../src/platform/processes.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import type { PlatformCase } from "./platform_case.ts";

const env = { PATH: process.env["PATH"], SystemRoot: process.env["SystemRoot"] };

function run(directory: string, command: string, rest: Partial<CommandRequest> = {}) {
  return runCommand({ command, cwd: directory, env, timeoutMs: 20_000, ...rest });
}

/** Runs a command and tells it to end as soon as it prints something. */
function runUntilOutput(directory: string, command: string, graceMs: number) {
  const controller = new AbortController();
  return run(directory, command, {
    signal: controller.signal,
    graceMs,
    onOutput: () => controller.abort(),
  });
}

/** Whether a process is alive; a zombie (dead, not yet reaped) is not. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/** Whether a process with these last arguments lives. */
function anyEndsWith(...args: readonly string[]): boolean {
  const wanted = args.map((arg) => `${arg}\0`).join("");
  return readdirSync("/proc").some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").endsWith(wanted);
    } catch {
      return false;
    }
  });
}

const posixCases: readonly PlatformCase[] = [
  {
    name: "runCommand leaves nothing of its own behind, however the command ends",
    applies: process.platform === "linux",
    async run(directory) {
      // The watcher's last argument is the grace period in seconds: this value is unique.
      const graceMs = 7_771_000;
      let seen = false;
      await run(directory, "echo; sleep 0.2", {
        graceMs,
        onOutput: () => void (seen ||= anyEndsWith("7771")),
      });
      assert.ok(seen, "there was no watcher while the command ran");
      await run(directory, "exit 3", { graceMs });
      await run(join(directory, "absent"), "true", { graceMs });
      await run(directory, "sleep 600", { graceMs, timeoutMs: 20 });
      assert.ok(await until(() => !anyEndsWith("7771")));
    },
  },
  {
    name: "runCommand gives exit code and both outputs, in the directory and environment asked for",
    async run(directory) {
      const result = await runCommand({
        command: 'pwd; echo "[$GIVEN] [$HOME] [$GONE]" >&2; exit 3',
        cwd: directory,
        env: { ...env, GIVEN: "a 'b\" $c", GONE: undefined },
        timeoutMs: 20_000,
      });
      assert.equal(result.exitCode, 3);
      assert.equal(result.signal, null);
      assert.equal(result.timedOut, false);
      assert.equal(result.startError, undefined);
      assert.ok(result.durationMs >= 0 && result.durationMs < 20_000);
      const lines = result.tail.trimEnd().split("\n").sort();
      assert.deepEqual(lines, [realpathSync(directory), "[a 'b\" $c] [] []"].sort());
    },
  },
  {
    name: "runCommand gives the command nothing to read",
    async run(directory) {
      const result = await run(directory, 'cat; read -r line || echo "end"');
      assert.equal(result.tail, "end\n");
      assert.equal(result.exitCode, 0);
    },
  },
  {
    name: "runCommand names the signal that ended the command",
    async run(directory) {
      const result = await run(directory, "kill -9 $$");
      assert.equal(result.exitCode, null);
      assert.equal(result.signal, "SIGKILL");
      assert.equal(result.timedOut, false);
    },
  },
  {
    name: "runCommand keeps a bounded tail and streams everything",
    async run(directory) {
      let streamed = 0;
      const command = "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last";
      const result = await run(directory, command, {
        onOutput: (chunk) => streamed += chunk.length,
      });
      assert.equal(streamed, 3_000_006);
      assert.equal(result.tail.length, 4096);
      assert.ok(result.tail.endsWith("xx\nlast\n"));
      assert.equal((await run(directory, "echo abcdef", { tailBytes: 4 })).tail, "def\n");
      assert.equal((await run(directory, "echo abcdef", { tailBytes: 0 })).tail, "");
    },
  },
  {
    name: "runCommand's tail begins at a whole character, and survives what is no UTF-8",
    async run(directory) {
      const euros = await run(directory, "printf '€€€€'", { tailBytes: 7 });
      assert.equal(euros.tail, "€€");
      const raw = await run(directory, "printf 'a\\377b'");
      assert.equal(raw.tail, "a\ufffdb");
      const whole = await run(directory, "printf '\\200x'");
      assert.equal(whole.tail, "\ufffdx", "nothing is left out when nothing was cut");
    },
  },
  {
    name: "runCommand tells which output a piece came from",
    async run(directory) {
      const seen = { stdout: "", stderr: "" };
      await run(directory, "echo out; echo err >&2", {
        onOutput: (chunk, stream) => seen[stream] += new TextDecoder().decode(chunk),
      });
      assert.deepEqual(seen, { stdout: "out\n", stderr: "err\n" });
    },
  },
  {
    name: "runCommand ends everything the command started when the time is up",
    async run(directory) {
      const started = performance.now();
      const command = "(sleep 300 & echo $!; exec sleep 301) & echo $!; sleep 302";
      const result = await run(directory, command, { timeoutMs: 1000 });
      assert.equal(result.timedOut, true);
      assert.equal(result.exitCode, null);
      assert.equal(result.signal, "SIGTERM");
      assert.ok(performance.now() - started < 10_000);
      const pids = result.tail.trim().split("\n").map(Number);
      assert.equal(pids.length, 2);
      for (const pid of pids) assert.ok(await until(() => !lives(pid)), `${pid} lives`);
    },
  },
  {
    name: "runCommand lets a command that is told to end clean up and report",
    async run(directory) {
      const command = "trap 'echo cleaned; : > cleaned; exit 7' TERM; echo ready; sleep 300 & wait";
      const result = await runUntilOutput(directory, command, 10_000);
      assert.equal(result.exitCode, 7);
      assert.equal(result.tail, "ready\ncleaned\n");
      assert.ok(existsSync(`${directory}/cleaned`));
    },
  },
  {
    name: "runCommand makes a command end that does not want to, the shell or what it left behind",
    async run(directory) {
      const stubborn = "trap '' TERM; echo $$; while :; do sleep 0.05; done";
      const shell = await runUntilOutput(directory, stubborn, 300);
      assert.equal(shell.signal, "SIGKILL");
      const command = `sh -c "${stubborn.replaceAll("$", "\\$")}" & wait`;
      const left = await runUntilOutput(directory, command, 300);
      for (const result of [shell, left]) {
        const pid = Number(result.tail.trim());
        assert.ok(pid > 1, result.tail);
        assert.ok(await until(() => !lives(pid)), `${pid} lives`);
      }
    },
  },
  {
    name: "runCommand ends the command when its signal fires",
    async run(directory) {
      const controller = new AbortController();
      const running = run(directory, "echo ready; sleep 300", {
        signal: controller.signal,
        onOutput: () => controller.abort(),
      });
      const result = await running;
      assert.equal(result.timedOut, false);
      assert.equal(result.signal, "SIGTERM");
      const late = await run(directory, ": > started", { signal: controller.signal });
      assert.equal(late.exitCode, null);
      assert.match(String(late.startError), /interrupted/);
      assert.equal(existsSync(`${directory}/started`), false);
    },
  },
  {
    name: "runCommand does not wait for a process in the background, nor end it",
    async run(directory) {
      const started = performance.now();
      const result = await run(directory, "sleep 300 & echo $!");
      assert.ok(performance.now() - started < 3000);
      assert.equal(result.exitCode, 0);
      const pid = Number(result.tail.trim());
      assert.equal(lives(pid), true);
      process.kill(pid, "SIGKILL");
    },
  },
  {
    name: "runCommand does not wait for a background process that goes on printing",
    async run(directory) {
      const command = "(while :; do echo tick; sleep 0.02; done) & echo $!";
      const started = performance.now();
      const result = await run(directory, command);
      assert.ok(performance.now() - started < 5000);
      assert.equal(result.exitCode, 0);
      const pid = Number(result.tail.match(/^\d+$/m)?.[0]);
      assert.ok(pid > 1);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself: its output is closed.
      }
    },
  },
  {
    name: "runCommand says why a command could not be started",
    async run(directory) {
      const result = await run(`${directory}/gone`, "echo x");
      assert.equal(result.exitCode, null);
      assert.equal(result.startError, `the directory "${directory}/gone" does not exist`);
    },
  },
  {
    name: "runCommand ends the command when onOutput throws, and rethrows",
    async run(directory) {
      const failure = new Error("no more");
      await assert.rejects(
        run(directory, "echo x; sleep 300", {
          onOutput() {
            throw failure;
          },
        }),
        failure,
      );
    },
  },
  {
    name: "runProgram passes arguments and input as they are",
    async run(directory) {
      const printed = await runProgram("printf", ["%s|", "a b", "$x", '"'], { cwd: directory });
      assert.deepEqual(printed, { exitCode: 0, stdout: 'a b|$x|"|', stderr: "" });
      const input = "größer\n".repeat(50_000);
      assert.equal((await runProgram("cat", [], { cwd: directory, input })).stdout, input);
      const failed = await runProgram("sh", ["-c", "cat; echo no >&2; exit 4"], { cwd: directory });
      assert.deepEqual(failed, { exitCode: 4, stdout: "", stderr: "no\n" });
      const given = await runProgram("sh", ["-c", "echo [$A] [$HOME]"], {
        cwd: directory,
        env: { ...env, A: "a" },
      });
      assert.equal(given.stdout, "[a] []\n");
    },
  },
  {
    name: "runProgram does not mind a program that leaves its input unread",
    async run(directory) {
      const input = new Uint8Array(1 << 20);
      assert.equal((await runProgram("true", [], { cwd: directory, input })).exitCode, 0);
    },
  },
  {
    name: "runProgram ends a program that takes too long",
    async run(directory) {
      const started = performance.now();
      await assert.rejects(
        runProgram("sh", ["-c", "sleep 8 & sleep 8"], { cwd: directory, timeoutMs: 200 }),
        (error) =>
          error instanceof OrchestratorError && error.code === "command_failed" &&
          error.message === 'Cannot run "sh": it timed out after 0.2 s',
      );
      assert.ok(performance.now() - started < 5000);
    },
  },
];

export const processCases: readonly PlatformCase[] = [
  ...posixCases.map((one) => ({ ...one, applies: !isWindows })),
  {
    name: "runProgram says when a program is not installed, or its directory is missing",
    async run(directory) {
      await assert.rejects(
        runProgram("no-such-program-here", [], { cwd: directory }),
        (error) => {
          assert.ok(error instanceof OrchestratorError);
          assert.equal(error.code, "command_failed");
          assert.equal(
            error.message,
            'Cannot run "no-such-program-here": "no-such-program-here" is not installed',
          );
          assert.equal(error.details?.["system"], "ENOENT");
          return true;
        },
      );
      await assert.rejects(
        runProgram("git", ["--version"], { cwd: `${directory}/gone` }),
        /the directory ".*gone" does not exist/,
      );
    },
  },
];
