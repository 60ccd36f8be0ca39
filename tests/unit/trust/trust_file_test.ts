import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CONFIG_KEYS } from "../../../src/config/keys.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { acquireLock } from "../../../src/platform/file_lock.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { userStateDirectory } from "../../../src/project/user_state.ts";
import { type Claim, TRUST_KINDS, trustCommand } from "../../../src/trust/claim.ts";
import { trustedRepository } from "../../../src/trust/repository.ts";
import { Trust } from "../../../src/trust/trust.ts";
import {
  addTrust,
  readTrustFile,
  removeTrust,
  type TrustChange,
  trustFilePath,
} from "../../../src/trust/trust_file.ts";
import { Scratch } from "../../harness/scratch.ts";

const PERSON: TrustChange = {
  actor: { kind: "person", name: "anna" },
  operation: "trust add",
  timeoutMs: 50,
};
const CLAIM: Claim = { kind: "state_remote", value: "backup" };
const WHEN = "2026-02-03T04:05:06.000Z";
const ENTRY = { ...CLAIM, repository: "https://example.com/r", when: WHEN };

function pathIn(scratch: Scratch): string {
  return join(scratch.home, "state", "orchestrator", "trust.json");
}

async function codeOf(task: () => Promise<unknown>): Promise<string> {
  try {
    await task();
  } catch (error) {
    assert.ok(error instanceof OrchestratorError, String(error));
    return error.code;
  }
  return "none";
}

Deno.test("trust file: what is added is there, once, with who and when", async () => {
  using scratch = new Scratch();
  const path = pathIn(scratch);
  assert.deepEqual(readTrustFile(path), { entries: [], problem: null });
  assert.equal(await addTrust(path, ENTRY, PERSON), true);
  assert.equal(await addTrust(path, ENTRY, PERSON), false);
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), {
    format: 1,
    trusted: [{ ...CLAIM, repository: "https://example.com/r", who: "anna", when: WHEN }],
  });
  if (!isWindows) {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  }
});

Deno.test("trust file: kind, value and repository all count", async () => {
  using scratch = new Scratch();
  const query = { env: { XDG_STATE_HOME: join(scratch.home, "s") }, home: undefined };
  if (isWindows) return;
  const trust = () => new Trust(query, scratch.root);
  const { path, repository } = trust();
  await addTrust(path, { ...ENTRY, repository: "https://example.com/other" }, PERSON);
  await addTrust(path, { ...ENTRY, repository, kind: "state_branch" }, PERSON);
  await addTrust(path, { ...ENTRY, repository, value: "backup2" }, PERSON);
  assert.equal(trust().has(CLAIM), false);
  await addTrust(path, { ...ENTRY, repository }, PERSON);
  assert.equal(trust().has(CLAIM), true);
});

Deno.test("trust file: removing takes away exactly what matches", async () => {
  using scratch = new Scratch();
  const path = pathIn(scratch);
  assert.equal(await removeTrust(path, () => true, PERSON), false);
  assert.throws(() => statSync(dirname(path)), "nothing is made for nothing");
  await addTrust(path, ENTRY, PERSON);
  await addTrust(path, { ...ENTRY, value: "other" }, PERSON);
  assert.equal(await removeTrust(path, ({ value }) => value === "backup", PERSON), true);
  assert.deepEqual(readTrustFile(path).entries.map(({ value }) => value), ["other"]);
});

Deno.test("trust file: an agent cannot add to it, and can take away", async () => {
  using scratch = new Scratch();
  const path = pathIn(scratch);
  const agent: TrustChange = { ...PERSON, actor: { kind: "agent", name: "anna", agent: "codex" } };
  assert.equal(await codeOf(() => addTrust(path, ENTRY, agent)), "agent_refused");
  assert.throws(() => statSync(path));
  await addTrust(path, ENTRY, PERSON);
  assert.equal(await removeTrust(path, () => true, agent), true);
});

Deno.test("trust file: fields and kinds of newer programs survive", async () => {
  using scratch = new Scratch();
  const path = pathIn(scratch);
  mkdirSync(dirname(path), { recursive: true });
  const known = { kind: "hook", value: "x", repository: "r", who: "b", when: WHEN, scope: [1] };
  writeFileSync(path, JSON.stringify({ future: { a: 1 }, format: 1, trusted: [known] }));
  await addTrust(path, ENTRY, PERSON);
  const { future, trusted } = JSON.parse(readFileSync(path, "utf8"));
  assert.deepEqual(future, { a: 1 });
  assert.deepEqual(trusted[0], known);
  assert.equal(trusted.length, 2);
});

const UNUSABLE: readonly (readonly [text: string, code: string])[] = [
  ["", "config_invalid"],
  ["{", "config_invalid"],
  ["[]", "config_invalid"],
  ["null", "config_invalid"],
  ['{"format":1}', "config_invalid"],
  ['{"format":0,"trusted":[]}', "config_invalid"],
  ['{"format":1,"trusted":[{"kind":"state_remote"}]}', "config_invalid"],
  ['{"format":1,"trusted":[null]}', "config_invalid"],
  ['{"format":2,"trusted":[]}', "format_too_new"],
  [`{"format":1,"trusted":[],"x":"${"y".repeat(1024 * 1024)}"}`, "config_invalid"],
];
for (const [text, code] of UNUSABLE) {
  Deno.test(`trust file: confirms nothing and is left alone: ${text.slice(0, 50)}`, async () => {
    using scratch = new Scratch();
    const path = pathIn(scratch);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const { entries, problem } = readTrustFile(path);
    assert.deepEqual([entries, problem?.code], [[], code]);
    assert.equal(await codeOf(() => addTrust(path, ENTRY, PERSON)), code);
    assert.equal(await codeOf(() => removeTrust(path, () => true, PERSON)), code);
    assert.equal(readFileSync(path, "utf8"), text);
  });
}

Deno.test({
  name: "trust file: a device is not read, a linked folder is a person's own choice",
  ignore: isWindows,
  fn: async () => {
    using scratch = new Scratch();
    const path = pathIn(scratch);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync("/dev/zero", path);
    assert.equal(readTrustFile(path).problem?.code, "config_invalid");
    const linked = join(scratch.home, "linked");
    const real = join(scratch.home, "dotfiles");
    mkdirSync(real);
    symlinkSync(real, linked);
    await addTrust(join(linked, "trust.json"), ENTRY, PERSON);
    assert.equal(readTrustFile(join(real, "trust.json")).entries.length, 1);
  },
});

Deno.test("trust file: a change takes the lock, and reading does not wait for it", async () => {
  using scratch = new Scratch();
  const path = pathIn(scratch);
  await addTrust(path, ENTRY, PERSON);
  using _held = await acquireLock(`${path}.lock`, {
    holder: { operation: "test", actor: "other" },
    timeoutMs: 1000,
    within: null,
  });
  assert.equal(
    await codeOf(() => addTrust(path, { ...ENTRY, value: "b" }, PERSON)),
    "lock_held",
  );
  assert.equal(readTrustFile(path).entries.length, 1);
});

Deno.test("trust file: without a place nothing is confirmed, and adding says what to set", async () => {
  const path = trustFilePath({ env: {}, home: undefined });
  assert.equal(path, null);
  assert.deepEqual(readTrustFile(path).entries, []);
  assert.equal(await codeOf(() => addTrust(path, ENTRY, PERSON)), "invalid_argument");
});

Deno.test({
  name: "trust file: a folder that cannot be written is an error with its path",
  ignore: isWindows || Deno.uid() === 0,
  fn: async () => {
    using scratch = new Scratch();
    chmodSync(scratch.home, 0o500);
    assert.equal(await codeOf(() => addTrust(pathIn(scratch), ENTRY, PERSON)), "read_only");
  },
});

Deno.test("trust: the repository is named by what its files cannot choose", () => {
  using scratch = new Scratch();
  assert.equal(trustedRepository(scratch.root), scratch.root);
  scratch.write(".orchestrator/meta.json", JSON.stringify({ remote: "https://example.com/big" }));
  assert.equal(trustedRepository(scratch.root), scratch.root);
  scratch.write(
    ".git/config",
    '[remote "origin"]\n\turl = https://anna:secret@example.com/team/repo.git\n',
  );
  assert.equal(trustedRepository(scratch.root), "https://example.com/team/repo.git");
});

Deno.test("trust: the variables of kinds that are keys are those of the keys", () => {
  for (const kind of ["state_remote", "state_branch"] as const) {
    assert.equal(TRUST_KINDS[kind].variable, CONFIG_KEYS[kind].env);
  }
});

Deno.test("trust: the command to copy is one for a shell, whatever the value", () => {
  const command = (value: string) => trustCommand({ kind: "state_branch", value });
  assert.equal(command("notes"), "orchestrator trust add state_branch notes");
  assert.equal(command("a/<repo-id>"), "orchestrator trust add state_branch 'a/<repo-id>'");
  assert.equal(command("$(x);'`"), "orchestrator trust add state_branch '$(x);'\\''`'");
});

Deno.test("user state: the folder follows the variable, then the home", () => {
  const unix = { windows: false };
  const home = "/home/anna";
  const fallback = "/home/anna/.local/state/orchestrator";
  if (isWindows) return;
  assert.equal(
    userStateDirectory({ env: { XDG_STATE_HOME: "/s" }, home, ...unix }),
    "/s/orchestrator",
  );
  assert.equal(userStateDirectory({ env: { XDG_STATE_HOME: "s" }, home, ...unix }), fallback);
  assert.equal(userStateDirectory({ env: { XDG_STATE_HOME: "" }, home, ...unix }), fallback);
  assert.equal(userStateDirectory({ env: {}, home: undefined, ...unix }), null);
  assert.equal(
    userStateDirectory({ env: { LOCALAPPDATA: "/l" }, home, windows: true }),
    "/l/orchestrator",
  );
  assert.equal(
    userStateDirectory({ env: {}, home, windows: true }),
    "/home/anna/AppData/Local/orchestrator",
  );
});
