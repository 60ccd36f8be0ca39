/**
 * Proofs of what is not so.
 * @module
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Attempts, refused, swapped, throughWith } from "./bridge_project.ts";

/** By what they do. */
export const VERIFICATION: Attempts = {
  "a good file while the gate runs": {
    go: (bridge) => bridge.failing().then(() => swapped(bridge, "src/bridge.txt", "bears\n")),
    seen: /the proof of MAKE\/load was stale \(changed: src\/bridge\.txt\)/,
  },
  "a good file, where proofs must be fresh": {
    format: "fresh",
    go: (bridge) => bridge.failing().then(() => swapped(bridge, "src/bridge.txt", "bears\n")),
  },
  "the gate's own script while it runs": {
    async go(bridge) {
      bridge.scratch.write("tools/measure.sh", "exit 3\n");
      bridge.commit();
      await bridge.failing();
      bridge.build();
      await swapped(bridge, "tools/measure.sh", "(sleep 1; exit 3) & exit 0\n");
    },
    seen: /the proof of MAKE\/load was stale \(changed: tools\/measure\.sh\)/,
  },
  "a good file that git does not know": {
    async go(bridge) {
      bridge.scratch.write("tools/measure.sh", "test -e answer\n");
      bridge.commit();
      await bridge.failing();
      bridge.build();
      bridge.scratch.write("answer", "yes\n");
      await bridge.agent("complete", "load");
      Deno.removeSync(bridge.scratch.path("answer"));
      await bridge.rest();
    },
    seen: /the proof of MAKE\/load was stale \(changed: answer\)/,
  },
  "another program of that name": {
    posix: true,
    async go(bridge) {
      await bridge.failing();
      const folder = `${bridge.scratch.home}/fake`;
      mkdirSync(folder);
      writeFileSync(`${folder}/grep`, "#!/bin/sh\nexit 0\n");
      chmodSync(`${folder}/grep`, 0o755);
      const env = { PATH: `${folder}:${bridge.environment["PATH"]}` };
      await bridge.run(["complete", "load"], { agent: true, env });
      await bridge.rest();
    },
    seen: /MAKE\/load: "grep" was \S+fake\/grep, and \S+\/grep before/,
  },
  "a variable that changes what runs": {
    posix: true,
    async go(bridge) {
      await bridge.failing();
      bridge.build();
      await bridge.run(["complete", "load"], { agent: true, env: { BASH_ENV: "x.sh" } });
      await bridge.rest();
    },
    seen: /can change what they do: (?:\w+, )*BASH_ENV/,
  },
  "an empty file": {
    async go(bridge) {
      await bridge.start();
      bridge.scratch.write("docs/brief.md", "");
      await throughWith(bridge);
    },
    seen: /DESIGN\/brief: "docs\/brief\.md" is empty/,
  },
  "a folder": {
    async go(bridge) {
      await bridge.start();
      mkdirSync(bridge.scratch.path("docs/brief.md"), { recursive: true });
      await throughWith(bridge);
    },
    seen: /DESIGN\/brief: "docs\/brief\.md" is a directory/,
  },
  "a file that was there": {
    async go(bridge) {
      bridge.scratch.write("docs/brief.md", "Of last year\n");
      bridge.commit();
      await bridge.start();
      await throughWith(bridge);
    },
    seen: /"docs\/brief\.md" has not changed since the session began/,
  },
  "an empty file, in format 2": {
    format: "strict",
    async go(bridge) {
      await bridge.start();
      bridge.scratch.write("docs/brief.md", "");
      await refused(bridge, ["complete", "brief"], /"docs\/brief\.md" is empty/);
    },
  },
  "the frozen definition is edited": {
    async go(bridge) {
      await bridge.failing();
      const file = bridge.file("workflow.yaml");
      writeFileSync(file, readFileSync(file, "utf8").replace("grep -q bears", "grep -q a"));
      await bridge.agent("complete", "load");
      await bridge.rest();
    },
  },
  "the command is killed": {
    posix: true,
    async go(bridge) {
      bridge.scratch.write("tools/measure.sh", "kill -9 $$\n");
      bridge.commit();
      await bridge.failing();
      bridge.build();
      assert.equal((await bridge.agent("complete", "load")).code, 1);
      await bridge.rest();
    },
  },
  "evidence of dots": {
    async go(bridge) {
      await bridge.failing();
      bridge.build();
      await bridge.must(["complete", "load"]);
      for (const evidence of ['{"done":"...","where":["."]}', '{"done":"\u200b"}', "{}"]) {
        await refused(bridge, ["complete", "look", "--evidence", evidence], /evidence/);
      }
    },
  },
};
