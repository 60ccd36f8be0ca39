import assert from "node:assert/strict";
import { test } from "node:test";
import { slug } from "../src/slug.mjs";

test("words are joined by hyphens", () => {
  assert.equal(slug("Hello,  World!"), "hello-world");
});

test("numbers are kept", () => {
  assert.equal(slug("Top 10"), "top-10");
});
