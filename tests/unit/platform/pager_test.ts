import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { startPager } from "../../../src/platform/pager.ts";
import { Scratch } from "../../harness/scratch.ts";

const ENV = { PATH: Deno.env.get("PATH") };
const posix = { ignore: Deno.build.os === "windows" };

Deno.test("a pager gets the whole text", posix, async () => {
  using scratch = new Scratch({});
  const file = scratch.path("shown");
  const pager = await startPager({ command: `cat >'${file}'`, env: ENV }, 24);
  assert.ok(pager !== null);
  const page = "line\n".repeat(50_000);
  assert.ok(pager.write(page));
  assert.ok(pager.write("end\n"));
  assert.equal(await pager.end(), true);
  assert.equal(readFileSync(file, "utf8"), `${page}end\n`);
});

Deno.test(
  "a pager that is missing is none; one that a shell misses shows nothing",
  posix,
  async () => {
    assert.equal(await startPager({ command: "no-such-pager-here -x", env: ENV }, 24), null);
    assert.equal(await startPager({ command: "/no/such/pager", env: ENV }, 24), null);
    assert.equal(await startPager({ command: "", env: ENV }, 24), null);
    const pager = await startPager({ command: "no-such-pager-here 2>/dev/null", env: ENV }, 24);
    pager?.write("text\n".repeat(100_000));
    assert.equal(await pager?.end(), false);
  },
);

Deno.test("a pager that ends early ends the text", posix, async () => {
  const pager = await startPager({ command: "true", env: ENV }, 24);
  assert.ok(pager !== null);
  for (let page = 0; page < 1000; page++) {
    if (!pager.write("line\n".repeat(20_000))) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(pager.write("more"), false);
  assert.equal(await pager.end(), true);
});

Deno.test("a variable in front of a pager's name is for a shell", posix, async () => {
  using scratch = new Scratch({});
  const file = scratch.path("shown");
  const pager = await startPager({ command: `X=1 tee ${file}.x`, env: ENV, rows: 1000 }, 24);
  await pager?.end();
  assert.ok(existsSync(`${file}.x`));
});

Deno.test("what fits on the screen needs no pager", posix, async () => {
  assert.equal(await startPager({ command: "cat", env: ENV, rows: 5 }, 24), null);
});
