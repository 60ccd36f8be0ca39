/** What is recorded of the surroundings of a command. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { changingVariables, programOf } from "../../../src/session/command_facts.ts";
import { Scratch } from "../../harness/scratch.ts";

Deno.test("variables of npm count in either case where they change what runs", () => {
  const env = {
    NPM_CONFIG_SCRIPT_SHELL: "/tmp/sh",
    NPM_CONFIG_IF_PRESENT: "true",
    npm_config_script_shell: "/tmp/sh",
    NPM_CONFIG_REGISTRY: "https://example.org",
    NODE_OPTIONS: "--require /tmp/p.js",
    HOME: "/home/anna",
  };
  assert.deepEqual(changingVariables(env), [
    "NODE_OPTIONS",
    "NPM_CONFIG_IF_PRESENT",
    "NPM_CONFIG_SCRIPT_SHELL",
    "npm_config_script_shell",
  ]);
});

Deno.test("of git, what says only how https connections are made does not count", () => {
  const env = {
    GIT_SSL_CAINFO: "/etc/ssl/proxy.pem",
    GIT_SSL_CAPATH: "/etc/ssl/certs",
    GIT_SSL_CERT: "/home/anna/client.pem",
    GIT_SSL_KEY: "/home/anna/client.key",
    GIT_SSL_VERSION: "tlsv1.3",
    GIT_PROXY_SSL_CAINFO: "/etc/ssl/proxy.pem",
    GIT_HTTP_LOW_SPEED_LIMIT: "1000",
    GIT_CURL_VERBOSE: "1",
    GIT_SSL_NO_VERIFY: "1",
    GIT_PROXY_COMMAND: "/tmp/proxy",
    GIT_ALLOW_PROTOCOL: "ext",
    GIT_SSH_COMMAND: "/tmp/ssh",
    GIT_DIR: "/tmp/other",
  };
  assert.deepEqual(changingVariables(env), [
    "GIT_ALLOW_PROTOCOL",
    "GIT_DIR",
    "GIT_PROXY_COMMAND",
    "GIT_SSH_COMMAND",
    "GIT_SSL_NO_VERIFY",
  ]);
});

Deno.test({
  name: "a program below the home is named from it, also when the home is a link",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using scratch = new Scratch();
    const real = join(scratch.top, "real");
    const home = join(scratch.top, "linked");
    const bin = join(real, ".npm", "bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(real, home);
    writeFileSync(join(bin, "tool"), "#!/bin/sh\n");
    chmodSync(join(bin, "tool"), 0o755);
    for (const as of [home, real]) {
      const paths = new OrchestratorPaths(scratch.root, "working directory", as);
      for (const folder of [bin, join(as, ".npm", "bin")]) {
        assert.equal(
          programOf("tool --x", { env: { PATH: folder }, directory: scratch.root, paths }),
          "~/.npm/bin/tool",
        );
      }
    }
    const none = new OrchestratorPaths(scratch.root, "working directory", join(scratch.top, "no"));
    const given = { env: { PATH: bin }, directory: scratch.root, paths: none };
    assert.equal(programOf("tool", given), join(bin, "tool"));
  },
});
