/**
 * Approvals that should not be given.
 * @module
 */
import assert from "node:assert/strict";
import { type Attempts, refused, WORKFLOWS } from "./bridge_project.ts";

/** By what they do. */
export const APPROVAL: Attempts = {
  "an agent says yes": {
    async go(bridge) {
      await bridge.briefed();
      await refused(bridge, ["approve", "go_ahead", "--yes"], /only a person can decide that/);
    },
  },
  "an agent gives itself the right": {
    async go(bridge) {
      bridge.scratch.write(
        "workflow.yaml",
        `${WORKFLOWS.plain}settings: { agents_may_approve: false }\n`,
      );
      bridge.commit();
      const given = ["--set", "agents_may_approve=true"];
      await refused(
        bridge,
        ["start", "Build a bridge", ...given],
        /it controls what needs a person/,
      );
    },
  },
  "the right is written into the workflow later": {
    async go(bridge) {
      await bridge.briefed();
      bridge.scratch.write(
        "workflow.yaml",
        `${WORKFLOWS.plain}settings: { agents_may_approve: true }\n`,
      );
      await refused(bridge, ["approve", "go_ahead", "--yes"], /only a person can decide that/);
    },
  },
  "a phase in advance": {
    async go(bridge) {
      await bridge.briefed();
      await refused(
        bridge,
        ["approve", "--phase", "MAKE", "--yes"],
        /the current phase is "DESIGN"/,
      );
    },
  },
  "a gate before the work that it is about": {
    async go(bridge) {
      await bridge.start();
      await bridge.must(["approve", "go_ahead", "--yes"]);
      bridge.scratch.write("docs/brief.md", "Anything\n");
      await bridge.must(["complete", "brief"]);
      await bridge.must(["advance"]);
      bridge.build();
      await bridge.must(["complete", "bridge", "load"]);
      await bridge.rest();
    },
    seen: /go_ahead was approved .*before these were done: brief/,
  },
  "the same, where the format does not let it": {
    format: "strict",
    async go(bridge) {
      await bridge.start();
      await refused(bridge, ["approve", "go_ahead", "--yes"], /it needs "brief"|only a person/);
      const { code, stderr } = await bridge.run(["approve", "go_ahead", "--yes"]);
      assert.equal(code, 7);
      assert.match(stderr, /it needs "brief", which is not done/);
    },
  },
  "a phase before its work": {
    async go(bridge) {
      await bridge.failing();
      await bridge.must(["approve", "--phase", "MAKE", "--yes"]);
      bridge.build();
      await bridge.must(["complete", "load"]);
      await bridge.rest();
    },
    seen: /phase MAKE was approved .*before these were done: load, look/,
  },
  "the same, where the format lets it not": {
    format: "strict",
    async go(bridge) {
      await bridge.failing();
      const { code, stderr } = await bridge.run(["approve", "--phase", "MAKE", "--yes"]);
      assert.equal(code, 7);
      assert.match(stderr, /item "load" failed its verification/);
    },
  },
  "on a proof that no longer fits": {
    async go(bridge) {
      await bridge.failing();
      bridge.build();
      await bridge.must(["complete", "load"]);
      bridge.scratch.write("src/bridge.txt", "a plank\n");
      await bridge.rest();
    },
    seen: /phase MAKE was approved .*while these proofs were stale: MAKE\/load/,
  },
  "the same, where proofs must be fresh": {
    format: "fresh",
    async go(bridge) {
      await bridge.failing();
      bridge.build();
      await bridge.must(["complete", "load"]);
      bridge.scratch.write("src/bridge.txt", "a plank\n");
      await bridge.rest();
      const { stderr } = await bridge.run(["approve", "--phase", "MAKE", "--yes"]);
      assert.match(stderr, /the proof of "load" is stale: 1 file .*: src\/bridge\.txt/);
    },
  },
};
