/** The picture of the README shows what the executable prints. `deno task docs:picture` draws it again. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { drawStory, PICTURE } from "../../scripts/picture.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { lineDiff } from "../harness/line_diff.ts";

const PATH = resolve(import.meta.dirname ?? ".", "../..", PICTURE);

Deno.test({
  name: "the picture of the README is what a run prints",
  ignore: !executableAvailable || process.platform !== "linux",
  fn: async () => {
    const drawn = drawStory(await executable());
    if ((process.env["UPDATE"] ?? "") !== "") writeFileSync(PATH, drawn);
    const shown = readFileSync(PATH, "utf8");
    assert.equal(
      shown === drawn ? "" : lineDiff(shown, drawn),
      "",
      `${PICTURE} shows something else`,
    );
  },
});
