import assert from "node:assert/strict";
import { isDeviceName, whyNotOnWindows } from "../../../src/state_layout/windows_names.ts";

Deno.test("names of devices are known in any case, with any extension and stream", () => {
  const devices = ["CON", "nul", "NUL.txt", "aux.tar.gz", "COM1", "lpt9.x", "COM\u00b2", "CONIN$"];
  for (const name of [...devices, "nul .txt", "Con:x"]) {
    assert.ok(isDeviceName(name), name);
    assert.match(whyNotOnWindows(name) ?? "", /device/, name);
  }
  for (const name of ["console", "nully", "COM", "COM10", "a.nul", "com_1", "CONIN"]) {
    assert.equal(whyNotOnWindows(name), null, name);
  }
});

Deno.test("each name that Windows cannot have gets its own reason", () => {
  const cases: readonly (readonly [name: string, why: RegExp])[] = [
    ["plan.", /dot or a space at the end/],
    ["plan ", /dot or a space at the end/],
    ["...", /dot or a space at the end/],
    ["state:today", /does not allow :/],
    ["what?", /does not allow \?/],
    ["a\tb", /control characters/],
  ];
  for (const [name, why] of cases) assert.match(whyNotOnWindows(name) ?? "", why, name);
  for (const name of ["plan.md", ".hidden", "Größe 日本", "a b", ".", "..", ""]) {
    assert.equal(whyNotOnWindows(name), null, name);
  }
});
