#!/usr/bin/env node
// Starts the executable that an optional dependency of this package has brought for this system.
"use strict";

const { spawn } = require("node:child_process");
const path = require("node:path");

const own = require("../package.json");

/** Names of the targets that run here, best first. */
function targets() {
  const { platform, arch } = process;
  if (platform === "linux") {
    const libraries = isMusl() ? ["-musl", ""] : ["", "-musl"];
    return libraries.map((library) => `linux-${arch}${library}`);
  }
  // Rosetta, and Windows on ARM, run programs for x64.
  if (platform === "darwin") return arch === "arm64" ? ["macos-arm64", "macos-x64"] : ["macos-x64"];
  if (platform === "win32") return ["windows-x64"];
  return [];
}

function isMusl() {
  const { report } = process;
  if (report === undefined) return false;
  // The report would otherwise look up the names of all open connections.
  report.excludeNetwork = true;
  return report.getReport().header.glibcVersionRuntime === undefined;
}

function findExecutable() {
  const names = targets();
  for (const target of names) {
    try {
      const folder = path.dirname(require.resolve(`${own.name}-${target}/package.json`));
      return path.join(folder, target.startsWith("windows") ? "orchestrator.exe" : "orchestrator");
    } catch {
      // Not installed: npm installs what fits the system.
    }
  }
  const [wanted] = names;
  if (wanted === undefined) {
    console.error(`error: there is no orchestrator for ${process.platform} on ${process.arch}`);
  } else {
    console.error(
      `error: the package ${own.name}-${wanted} is not installed
It is an optional dependency of ${own.name}. Install without --omit=optional; if the lock file was
made on another system and does not name it, run
  npm install --save-optional ${own.name}-${wanted}@${own.version}`,
    );
  }
  return null;
}

function run(executable) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const pass = (signal) => {
    // On a terminal the executable gets it by itself.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  // Before the start: the executable may run long before this process goes on.
  for (const signal of signals) process.on(signal, pass);
  const child = spawn(executable, process.argv.slice(2), { stdio: "inherit" });
  child.on("error", (error) => {
    console.error(`error: cannot start ${executable}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("close", (code, signal) => {
    for (const name of signals) process.off(name, pass);
    if (signal === null) process.exitCode ??= code;
    else process.kill(process.pid, signal);
  });
}

const executable = findExecutable();
if (executable === null) process.exitCode = 1;
else run(executable);
