/** The table of checks is whole, and every check in it has its scenarios. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { AREAS } from "../../../src/doctor/check.ts";
import { CHECKS } from "../../../src/doctor/checks/mod.ts";
import type { Scenario } from "./scenario.ts";
import { LAYOUT, LOCKS } from "./scenarios_layout.ts";
import { INSTALLATION, PROJECT } from "./scenarios_project.ts";
import { SESSIONS, WORKFLOWS } from "./scenarios_sessions.ts";
import { STATE } from "./scenarios_state.ts";
import { CONFIG, ENVIRONMENT, SECRETS } from "./scenarios_surroundings.ts";

const SCENARIOS: readonly Scenario[] = [
  ...INSTALLATION,
  ...PROJECT,
  ...LAYOUT,
  ...LOCKS,
  ...SESSIONS,
  ...WORKFLOWS,
  ...CONFIG,
  ...SECRETS,
  ...ENVIRONMENT,
  ...STATE,
];

Deno.test("every check has a scenario that makes it fire, and every fix one that it cures", () => {
  const ignored = SCENARIOS.filter(({ ignore }) => ignore === true).map(({ check }) => check);
  for (const check of CHECKS) {
    const own = SCENARIOS.filter((scenario) => scenario.check === check.id);
    assert.ok(own.length > 0, `${check.id} has no scenario`);
    const cured = own.some(({ fixable }) => fixable === true);
    assert.equal(cured, check.fix !== undefined, `${check.id}: a fix and a scenario of it`);
    if (Deno.build.os === "linux") {
      assert.ok(own.some(({ ignore }) => ignore !== true), `${check.id} is never made to fire`);
    }
  }
  const known = new Set(CHECKS.map(({ id }) => id));
  for (const { check } of SCENARIOS) assert.ok(known.has(check), `there is no check ${check}`);
  const names = SCENARIOS.map(({ check, when }) => `${check}: ${when}`);
  assert.equal(new Set(names).size, names.length, "each scenario has a name of its own");
  assert.ok(ignored.length <= 1 || Deno.build.os !== "linux", `ignored here: ${ignored}`);
});

Deno.test("ids are unique, name their area, and are the name of their file", () => {
  const ids = CHECKS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const files = readdirSync(new URL("../../../src/doctor/checks/", import.meta.url))
    .filter((name) => name !== "mod.ts").sort();
  const wanted = ids.map((id) => `${id.replaceAll(/[.-]/g, "_")}.ts`).sort();
  assert.deepEqual(files, wanted);
  for (const { id, area } of CHECKS) {
    assert.match(id, /^[a-z]+\.[a-z]+(-[a-z]+)*$/);
    assert.equal(id.split(".")[0], area);
    assert.ok(AREAS.includes(area));
  }
});

Deno.test("checks of an area stand together, in the order of the areas", () => {
  const order = CHECKS.map(({ area }) => AREAS.indexOf(area));
  assert.deepEqual(order, order.toSorted((one, other) => one - other));
});

Deno.test("there are at least 50 checks, and each says what it looks at and why", () => {
  assert.ok(CHECKS.length >= 50, `${CHECKS.length}`);
  for (const { id, title, why } of CHECKS) {
    assert.match(title, /^\S+( \S+)*$/, id);
    assert.match(why, /^([A-Z]|meta\.json|workflow\.yaml|state\.json|start )/, id);
    assert.doesNotMatch(`${title}${why}`, /[.!]$/, id);
    assert.ok(why.length >= 20 && why.length <= 140, `${id}: ${why.length}`);
  }
});
