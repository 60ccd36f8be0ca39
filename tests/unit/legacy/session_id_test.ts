import assert from "node:assert/strict";
import { importedSessionId } from "../../../src/legacy/session_id.ts";

// Computed with Python: b32encode(sha256("orchestrator legacy workflow " + id)).lower()[:13].
const IDS = [
  ["wf_7ide7ab1", "fbesx3y3ca2yv"],
  ["wf_0", "gbresnfceipnw"],
  ["", "2uutremwfgclv"],
  ["wf_ü", "owkb7iyhgp54k"],
] as const;

Deno.test("importedSessionId is the same everywhere and always: imported sessions are found by it", () => {
  for (const [workflow, session] of IDS) assert.equal(importedSessionId(workflow), session);
});
