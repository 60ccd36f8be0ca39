/** What is recorded of the surroundings of a command. */
import assert from "node:assert/strict";
import { changingVariables } from "../../../src/session/command_facts.ts";

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
