/** An agent that takes its own variables away before it runs a command. */
import assert from "node:assert/strict";
import { detectEnvironment } from "../../../src/project/environment.ts";
import { lookForAgentAbove } from "../../../src/app/agent_above.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const REASON = "There is nothing that this gate could say about the change";

const WORKFLOW = `name: Above
phases:
  - id: ONLY
    name: Only
    items:
      - { id: review, name: Review, verification: { type: manual_gate } }
      - { id: gate, name: Gate, step_type: gate }
`;

async function started(settings = ""): Promise<Scratch> {
  const scratch = new Scratch({ "workflow.yaml": `${settings}${WORKFLOW}` });
  const { code, stderr } = await run(scratch, ["start", "Login"], []);
  assert.equal(code, 0, stderr);
  return scratch;
}

function run(
  scratch: Scratch,
  argv: readonly string[],
  above: readonly Readonly<Record<string, string>>[],
) {
  return runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch), above });
}

const ABOVE = [{ TERM: "xterm" }, { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "abc" }];

for (
  const argv of [
    ["approve", "review", "--yes"],
    ["reject", "review", "--reason", REASON],
    ["deinit", "--yes"],
  ]
) {
  Deno.test(`an agent above is refused: ${argv[0]}`, async () => {
    using scratch = await started();
    const refused = await run(scratch, argv, ABOVE);
    assert.equal(refused.code, 7, refused.stderr);
    // A person in the same place, so that it is the agent that is refused.
    const above = argv[0] === "reject" ? ABOVE : [{ TERM: "xterm" }];
    const { code, stderr } = await run(scratch, argv, above);
    assert.equal(code, argv[0] === "reject" ? 7 : 0, stderr);
  });
}

Deno.test("an agent above cannot give itself the right to approve", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const { code, stderr } = await run(
    scratch,
    ["start", "Login", "--set", "agents_may_approve=true"],
    ABOVE,
  );
  assert.equal(code, 7, stderr);
});

Deno.test("a skip by an agent above stands as its own", async () => {
  using scratch = await started();
  const skipped = await run(scratch, ["skip", "gate", "--force", "--reason", REASON], ABOVE);
  assert.equal(skipped.code, 0, skipped.stderr);
  const { stdout } = await run(scratch, ["log", "--json", "--since", "1"], []);
  assert.equal(JSON.parse(stdout).data.events[0].actor.agent, "claude-code");
});

Deno.test("an approval records that a parent told of the agent", async () => {
  using scratch = await started("settings: { agents_may_approve: true }\n");
  const { code, stderr } = await run(scratch, ["approve", "review", "--yes"], ABOVE);
  assert.equal(code, 0, stderr);
  const { stdout } = await run(scratch, ["log", "--json", "--since", "1"], []);
  const { data } = JSON.parse(stdout);
  assert.equal(data.events[0].data.approval.detection, "CLAUDECODE of a parent");
  assert.equal(data.events[0].actor.agent, "claude-code");
  const verified = await run(scratch, ["log", "verify"], []);
  assert.equal(verified.code, 0, verified.stdout);
});

Deno.test("nothing above is looked at for what an agent may do, nor where an agent tells of itself", async () => {
  const never = () => Promise.reject(new Error("looked above"));
  const detected = () => assert.fail("detected");
  const io = {
    env: {},
    cwd: "/",
    home: undefined,
    now: () => new Date(0),
    userName: () => "anna",
    launchedBy: never,
    environmentsAbove: never,
  };
  const none = detectEnvironment({});
  const agent = detectEnvironment({ CURSOR_AGENT: "1" });
  await lookForAgentAbove({ operation: "complete", io, environment: none, detected });
  await lookForAgentAbove({ operation: "status", io, environment: none, detected });
  await lookForAgentAbove({ operation: "approve", io, environment: agent, detected });
});
