import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../src/app.mjs";

test("the first page answers", () => {
  assert.deepEqual(answer("GET", "/"), { status: 200, text: "Hello\n" });
});

test("a page that does not exist is not found", () => {
  assert.equal(answer("GET", "/nothing").status, 404);
});
