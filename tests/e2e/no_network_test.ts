/**
 * Nothing is sent anywhere that a person did not ask for: a whole workflow is watched, with all the
 * programs it starts, and none opens a connection; and the source has few places that could.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readSources } from "../../scripts/check_layers.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git } from "../harness/git_server.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const ROOT = join(import.meta.dirname ?? ".", "../..");
const noStrace = spawnSync("strace", ["--version"]).status !== 0;

const WORKFLOW = `name: Quiet
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - { id: check, name: Check, verification: { type: command, command: "git status" } }
      - { id: agree, name: Agree, step_type: gate, verification: { type: manual_gate } }
  - id: BUILD
    name: Build
    items: [{ id: build, name: Build, required: false }]
`;

/** Asks the project's server whatever is set, and its help says so. */
const ASKS = "inbox";

/** A workflow from its beginning to its end, and what people look at on the way. */
const STORY: readonly string[] = [
  "--version",
  "--help",
  "env",
  "init",
  "start 'Add login'",
  "status",
  "status --json --fresh",
  "complete think --notes 'a note'",
  "complete check",
  "note 'another'",
  "claim agree",
  "checkpoint create",
  "approve agree --yes",
  "advance",
  "skip build --reason 'not needed'",
  "feedback tool add 'works'",
  "log",
  "log verify",
  "recheck check",
  "session list",
  ASKS,
  "wait --timeout 1",
  "config set lock_timeout 5",
  "config show --effective",
  "printf %s value-of-a-secret | orchestrator secrets set TOKEN --plain",
  "secrets list",
  "secrets run true",
  "validate",
  "handoff",
  "generate-md",
  "doctor",
  "state status",
  "finish",
  "session list --removed",
  "snapshot export -o ../state.tar.gz",
  "snapshot inspect ../state.tar.gz",
  "completions bash",
  "migrate --dry-run",
  "deinit --dry-run",
];

/** Takes the traces away. @returns what of them opened a way to another machine: sockets of the internet's families. */
function connections(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const trace = join(folder, name);
    const lines = readFileSync(trace, "utf8").split("\n");
    rmSync(trace);
    return lines.filter((line) => /\b(?:AF|PF)_(?:INET6?|PACKET|NETLINK)\b/.test(line));
  });
}

/** Runs a line of a shell under strace, with all that it starts. */
async function watched(scratch: Scratch, traces: string, line: string) {
  const strace = ["-ff", "-qq", "-e", "trace=%network", "-o", join(traces, "call")];
  const env = {
    ...scratchEnvironment(scratch),
    PATH: `${scratch.top}/bin:${Deno.env.get("PATH")}`,
    // The address of the server must be seen, not that of a proxy.
    NO_PROXY: "*",
    no_proxy: "*",
  };
  return await runProcess("strace", [...strace, "/bin/sh", "-c", line], {
    cwd: scratch.root,
    env,
  });
}

Deno.test({
  name: "a whole workflow opens no connection, in a clone whose server could be asked",
  ignore: !executableAvailable || noStrace,
  async fn() {
    using scratch = new Scratch();
    const traces = join(scratch.top, "traces");
    Deno.mkdirSync(traces);
    Deno.mkdirSync(join(scratch.top, "bin"));
    Deno.symlinkSync(await executable(), join(scratch.top, "bin", "orchestrator"));
    git(scratch.root, "init", "--quiet");
    git(scratch.root, "remote", "add", "origin", "https://192.0.2.1/team/project.git");
    scratch.write("workflow.yaml", WORKFLOW);
    git(scratch.root, "add", "workflow.yaml");
    git(scratch.root, "commit", "--quiet", "-m", "begin");
    for (const words of STORY) {
      const line = words.includes("orchestrator ") ? words : `orchestrator ${words}`;
      const { code, stderr } = await watched(scratch, traces, line);
      assert.ok(code === 0 || words.startsWith("wait"), `${line}: ${code} ${stderr}`);
      const seen = connections(traces);
      if (words !== ASKS) assert.deepEqual(seen, [], line);
      else assert.match(seen.join("\n"), /192\.0\.2\.1/, "the command that asks is seen to ask");
    }
  },
});

/** What can reach another machine without starting a program. */
const WAYS =
  /(?:\b(?:await|return|typeof)|[=(,?:>])\s*(?:globalThis\.)?fetch\b(?!\w*["'])|["']node:(?:net|http|https|http2|tls|dgram|dns|inspector)\b|\b(?:WebSocket|EventSource|XMLHttpRequest|WebTransport)\b|\b(?:Bun|Deno)\.(?:connect|listen|serve|udpSocket|resolveDns)/;

Deno.test("few files can open a connection: a webhook, a key's own provider, where releases are", () => {
  const able = [...readSources(ROOT)].filter(([, source]) => WAYS.test(source))
    .map(([path]) => path.replaceAll("\\", "/").replace(/^.*src\//, "src/")).sort();
  assert.deepEqual(able, [
    "src/app/notify.ts",
    "src/release/source.ts",
    "src/secrets/live.ts",
  ]);
});
