import assert from "node:assert/strict";
import { cleanEnvironment } from "../../../scripts/clean_environment.ts";
import { detectEnvironment } from "../../../src/project/environment.ts";

Deno.test("a clean environment tells of no agent, CI, hook or session", () => {
  const clean = cleanEnvironment({
    PATH: "/bin",
    HOME: "/home/mina",
    Path: "C:\\\\bin",
    https_proxy: "http://proxy",
    CI: "true",
    GITHUB_ACTIONS: "true",
    CLAUDECODE: "1",
    AI_AGENT: "x",
    CODESPACES: "true",
    GIT_DIR: "/elsewhere/.git",
    ORCHESTRATOR_SESSION: "abc",
    NO_COLOR: "1",
    UNSET: undefined,
  });
  assert.deepEqual(clean, {
    PATH: "/bin",
    HOME: "/home/mina",
    Path: "C:\\\\bin",
    https_proxy: "http://proxy",
  });
  assert.deepEqual(detectEnvironment(clean), { agent: null, ephemeral: null, ci: null });
});
