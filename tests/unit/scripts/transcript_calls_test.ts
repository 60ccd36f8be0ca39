import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/table.ts";
import { callsOf } from "../../../scripts/transcript_calls.ts";

Deno.test("a transcript's calls have their command, what they print, and how they end", () => {
  const text = `# A story.

@ workflow tiny

$ orchestrator session list
| No sessions.

$ cat file
| $ orchestrator status

@ terminal 80

$ NAME=value orchestrator new "session list" --json &
< typed
! error: no
? 7

-- file --
$ orchestrator status
`;
  const plain = { stdout: [], stderr: [], hasStdin: false, isSpecial: false, exit: 0 };
  assert.deepEqual(callsOf(text, COMMANDS), [
    {
      ...plain,
      command: "session list",
      line: "orchestrator session list",
      stdout: ["No sessions."],
    },
    {
      ...plain,
      command: "start",
      line: 'NAME=value orchestrator new "session list" --json &',
      stderr: ["error: no"],
      hasStdin: true,
      isSpecial: true,
      exit: 7,
    },
  ]);
});
