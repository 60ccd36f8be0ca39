/**
 * Skips, texts that hide them, and other ends.
 * @module
 */
import assert from "node:assert/strict";
import { type Attempts, HONEST, refused, throughWith, WORKFLOWS } from "./bridge_project.ts";

/** By what they do. */
export const SKIP: Attempts = {
  "what is required": {
    async go(bridge) {
      await bridge.start();
      await refused(
        bridge,
        ["skip", "brief", "--force", "--reason", "It is not needed for this small change at all"],
        /Cannot skip "brief"/,
      );
    },
  },
  "a gate without --force, with blanks, with one word": {
    async go(bridge) {
      await bridge.failing();
      const long = "The load was measured by hand on another bridge of this kind";
      for (
        const more of [
          ["--reason", long],
          ["--force", "--reason", " ".repeat(60)],
          ["--force", "--reason", "because ".repeat(9)],
          ["--force", "--reason", "."],
        ]
      ) await refused(bridge, ["skip", "load", ...more], /Cannot skip "load"/);
      await bridge.rest();
    },
  },
  "a documented item, with noise": {
    async go(bridge) {
      await bridge.failing();
      bridge.build();
      await bridge.must(["complete", "load"]);
      for (
        const reason of [
          "x".repeat(60),
          "n/a n/a n/a n/a n/a n/a n/a n/a n/a n/a n/a n/a n/a n/a",
        ]
      ) {
        await refused(bridge, ["skip", "look", "--reason", reason], /Cannot skip "look"/);
      }
    },
  },
  "by force": {
    async go(bridge) {
      await bridge.failing();
      const reason = "The load was measured by hand on another bridge of this kind";
      await bridge.must(["skip", "load", "--force", "--reason", reason], { agent: true });
      await bridge.rest();
    },
    seen: /load was skipped by force|skipped load by force/,
  },
  "by force, before a checkpoint is restored": {
    async go(bridge) {
      await bridge.failing();
      await bridge.must(["checkpoint", "create", "--message", "before"]);
      const reason = "The load was measured by hand on another bridge of this kind";
      await bridge.must(["skip", "load", "--force", "--reason", reason], { agent: true });
      const list = await bridge.run(["checkpoint", "list", "--json"]);
      const [first] = JSON.parse(list.stdout).data.checkpoints;
      await bridge.must(["checkpoint", "restore", first.checkpoint, "--yes"]);
      bridge.build();
      await bridge.must(["complete", "load"]);
      await bridge.rest();
    },
    seen: /skipped load by force/,
  },
};

/** The same of what is shown and of how it ends. */
export const TEXT: Attempts = {
  "what erases the line, turns it round, or ends a comment": {
    async go(bridge) {
      await bridge.failing();
      const text = "ok\u001b[1A\u001b[2K\u202Edesrever\u202C\r<!-- \u009b2J";
      await bridge.agent("note", text);
      const reason = `${text} the load was measured by hand on another bridge of this kind`;
      await bridge.must(["skip", "load", "--force", "--reason", reason], { agent: true });
      await bridge.run(["session", "rename", "bridge", "\u001b[2Jx"]);
      await bridge.rest();
      const report = await bridge.run(["generate-md", "--output", "-"]);
      // deno-lint-ignore no-control-regex
      const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
      for (const shown of [await bridge.seen(), report.stdout]) {
        assert.doesNotMatch(shown, raw);
      }
      assert.match(report.stdout, /skipped by force/);
    },
    seen: /skipped load by force/,
  },
  "an actor that reads like a person": {
    async go(bridge) {
      await bridge.failing();
      bridge.build();
      const env = { ORCHESTRATOR_ACTOR: "anna  completed load  anna" };
      await bridge.run(["complete", "load"], { agent: true, env });
      await bridge.rest();
    },
    seen: /completed load .*claude-code \(anna {1,2}completed/,
  },
};

/** Other sessions, and other ends. */
export const ENDING: Attempts = {
  "an end that reads like success": {
    async go(bridge) {
      await bridge.failing();
      await bridge.agent("finish", "--abandon", "--reason", "Finished: all items are done");
      assert.equal(await bridge.status(), "abandoned");
      assert.match(await bridge.seen(), /abandoned/);
    },
  },
  "an easy session of the same name, after the real one is removed": {
    async go(bridge) {
      await bridge.failing();
      await bridge.agent("finish", "--abandon", "--reason", "It was only a try of mine");
      await bridge.run(["session", "remove", "bridge", "--yes"]);
      bridge.scratch.write("tools/measure.sh", "exit 0\n");
      bridge.build();
      await HONEST["at once"]?.(bridge);
    },
    seen: /earlier session .*was removed|was removed .*1 of|removed/,
  },
  "an easy workflow": {
    async go(bridge) {
      bridge.scratch.write(
        "easy.yaml",
        "name: Bridge\nphases: [{ id: A, name: A, items: [{ id: a, name: A }] }]\n",
      );
      await bridge.agent("start", "Build a bridge", "--workflow", "easy.yaml");
      await bridge.agent("complete", "a");
      await bridge.agent("finish");
    },
    seen: /Not the project's workflow\.yaml/,
  },
  "the workflow is made easy for the moment of the start": {
    async go(bridge) {
      bridge.scratch.write(
        "workflow.yaml",
        WORKFLOWS.plain.replace("grep -q bears", "grep -q a"),
      );
      await bridge.start();
      bridge.scratch.write("workflow.yaml", WORKFLOWS.plain);
      bridge.scratch.write("docs/brief.md", "A bridge\n");
      await throughWith(bridge);
    },
    seen: /workflow\.yaml (?:was not committed|.*differs|.*not the committed|.*changed)/,
  },
};
