import assert from "node:assert/strict";
import { compareVersions, isVersion } from "../../../src/release/version_order.ts";

Deno.test("versions are ordered as SemVer orders them", () => {
  const order = [
    ...["0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"],
    ...["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-rc.1", "1.0.1", "1.0.10", "1.1.0", "10.0.0"],
  ];
  order.forEach((left, one) =>
    order.forEach((right, two) =>
      assert.equal(
        Math.sign(compareVersions(left, right)),
        Math.sign(one - two),
        `${left} ${right}`,
      )
    )
  );
});

Deno.test("what is no version is not taken for one", () => {
  const texts = ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-", "01.2.3", "1.2.3+build", "1.2.x"];
  assert.deepEqual(texts.filter(isVersion), []);
});
