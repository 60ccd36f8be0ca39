import assert from "node:assert/strict";
import { addCounts, countsText, readJunit } from "../../../scripts/junit.ts";

Deno.test("tests and steps are counted; a test that failed by a step counts once", () => {
  const report = readJunit(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="6" failures="2" errors="0" time="0.006">
    <testsuite name="./x_test.ts" tests="6" disabled="2" errors="0" failures="2">
        <testcase name="a &lt;b&gt;&amp;&quot;&#39;&#x263A;" classname="./x_test.ts" time="0.002">
            <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
        <testcase name="needs age" classname="./x_test.ts" time="0.000">
            <skipped/>
        </testcase>
        <testcase name="ok" classname="./x_test.ts" time="0.000">
        </testcase>
        <testcase name="short" classname="./x_test.ts" time="0.000"/>
        <testcase name="a &lt;b&gt;&amp;&quot;&#39;&#x263A; &gt; bad" classname="./x_test.ts">
            <failure message="Uncaught Error: &lt;skipped/&gt;">Error: &lt;testcase&gt;
    at file:///x_test.ts:2:177</failure>
        </testcase>
    </testsuite>
</testsuites>`);
  assert.deepEqual(report, {
    passed: 2,
    failed: 1,
    skipped: 1,
    failures: [`a <b>&"'☺ > bad`],
    skips: ["needs age"],
  });
});

Deno.test("an empty report has no tests", () => {
  assert.equal(countsText(readJunit("<testsuites></testsuites>")), "0 passed, 0 failed, 0 skipped");
});

Deno.test("counts add up", () => {
  const sum = addCounts({ passed: 1, failed: 2, skipped: 3 }, {
    passed: 10,
    failed: 20,
    skipped: 30,
  });
  assert.equal(countsText(sum), "11 passed, 22 failed, 33 skipped");
});
