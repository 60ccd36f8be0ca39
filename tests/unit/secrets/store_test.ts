import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { examineSecrets, type SecretFinding } from "../../../src/secrets/examine.ts";
import {
  exposure,
  listFolder,
  removeSecret,
  repositoryFolder,
  writeSecret,
} from "../../../src/secrets/folder.ts";
import { Redactor } from "../../../src/secrets/redact.ts";
import { SecretStore, type StoreOptions } from "../../../src/secrets/store.ts";
import { Scratch } from "../../harness/scratch.ts";

const posix = Deno.build.os !== "windows";
const code = (expected: string) => (error: unknown) =>
  error instanceof OrchestratorError && error.code === expected;

interface Made {
  readonly store: SecretStore;
  readonly redactor: Redactor;
  readonly warnings: string[];
}

function make(scratch: Scratch, more: Partial<StoreOptions> = {}): Made {
  const redactor = new Redactor();
  const warnings: string[] = [];
  const store = new SecretStore({
    root: scratch.root,
    id: "a".repeat(26),
    cache: null,
    repo: null,
    files: { paths: [], problem: null, programs: true },
    repository: scratch.path(".orchestrator/secrets"),
    global: join(scratch.home, ".orchestrator", "secrets"),
    globalHere: join(scratch.home, ".orchestrator", "secrets", "a".repeat(26)),
    home: scratch.home,
    env: {},
    order: ["repository", "global", "environment"],
    declared: [],
    keys: { identityFile: null, passphrase: () => Promise.resolve(null) },
    password: () => Promise.resolve(null),
    redactor,
    shown: (path) => path.replace(scratch.root + "/", "").replace(scratch.home, "~"),
    warn: (message) => void warnings.push(message),
    ...more,
  });
  return { store, redactor, warnings };
}

function plant(directory: string, name: string, value: string): void {
  const folder = repositoryFolder(directory);
  writeSecret(folder, name, { form: "plain", bytes: new TextEncoder().encode(value) });
}

function directoryOf(store: SecretStore, source: "repository" | "global" = "repository"): string {
  return store.folder(source)?.directory ?? "";
}

Deno.test("the first place that has a secret answers, and the order is what it is told", async () => {
  using scratch = new Scratch();
  const env = { A: "from env", B: "from env", C: "" };
  const { store } = make(scratch, { env });
  plant(directoryOf(store, "global"), "A", "from home\n");
  plant(directoryOf(store), "A", "from repo\n");
  plant(directoryOf(store, "global"), "B", "from home\n");
  const found = async (name: string, order: readonly string[]) =>
    (await make(scratch, { env, order }).store.find(name))?.value;
  assert.equal(await found("A", ["repository", "global", "environment"]), "from repo");
  assert.equal(await found("A", ["environment", "repository"]), "from env");
  assert.equal(await found("B", ["repository", "global", "environment"]), "from home");
  assert.equal(await found("B", ["repository", "environment"]), "from env");
  assert.equal(await found("C", ["environment"]), undefined);
  assert.deepEqual(
    (await store.places("A")).map(({ source, where }) => [source, where]),
    [
      ["repository", ".orchestrator/secrets/A"],
      ["global", "~/.orchestrator/secrets/A"],
      ["environment", "A"],
    ],
  );
});

Deno.test("what is read is known to the redactor, and one line end at the end is not part of it", async () => {
  using scratch = new Scratch();
  const { store, redactor } = make(scratch);
  plant(directoryOf(store), "A", "value-1\n\n");
  assert.equal((await store.find("A"))?.value, "value-1\n");
  assert.equal(redactor.known("x value-1"), "x [redacted]");
  await assert.rejects(store.require("NONE", "get"), code("secret_unknown"));
});

Deno.test({
  name: "files are for their owner only, in a folder that is, and that git never sees",
  ignore: !posix,
  fn: () => {
    using scratch = new Scratch();
    const directory = scratch.path(".orchestrator/secrets");
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    chmodSync(directory, 0o755);
    plant(directory, "A", "x");
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.equal(statSync(join(directory, "A")).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(directory, ".gitignore"), "utf8"), "*\n");
    assert.equal(exposure(directory), null);
    chmodSync(join(directory, "A"), 0o640);
    assert.match(exposure(join(directory, "A")) ?? "", /0640: other users can read it/);
  },
});

Deno.test("one form replaces the other, and removing takes both", () => {
  using scratch = new Scratch();
  const folder = repositoryFolder(scratch.path("secrets"));
  const { directory } = folder;
  const bytes = new TextEncoder().encode("x");
  writeSecret(folder, "A", { form: "plain", bytes });
  writeSecret(folder, "A", { form: "age", bytes });
  assert.deepEqual(readdirSync(directory).sort(), [".gitignore", "A.age"]);
  assert.deepEqual(listFolder(folder).map(({ name, form }) => [name, form]), [["A", "age"]]);
  writeSecret(folder, "A", { form: "plain", bytes });
  assert.deepEqual(readdirSync(directory).sort(), [".gitignore", "A"]);
  assert.equal(removeSecret(folder, "A"), true);
  assert.equal(removeSecret(folder, "A"), false);
});

Deno.test({
  name: "in a repository symbolic links, folders and what is no text are refused",
  ignore: !posix,
  fn: async () => {
    using scratch = new Scratch();
    const { store } = make(scratch);
    const directory = directoryOf(store);
    plant(directory, "A", "x");
    scratch.write("outside", "another user's secret");
    symlinkSync(scratch.path("outside"), join(directory, "LINK"));
    mkdirSync(join(directory, "FOLDER"));
    writeFileSync(join(directory, "BINARY"), new Uint8Array([0xff, 0xfe, 0x00]));
    writeFileSync(join(directory, "HUGE"), "x".repeat(300_000));
    await assert.rejects(store.find("LINK"), /it is a symbolic link/);
    await assert.rejects(store.find("FOLDER"), /it is a directory/);
    await assert.rejects(store.find("BINARY"), /it is not text/);
    await assert.rejects(store.find("HUGE"), /larger than/);
  },
});

Deno.test("a secret that git tracks is refused", async () => {
  using scratch = new Scratch();
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: scratch.root, stdio: "ignore" });
  git("init", "-q");
  const { store } = make(scratch);
  plant(directoryOf(store), "A", "x-value");
  plant(directoryOf(store), "B", "y-value");
  git("add", "-f", ".orchestrator/secrets/A");
  await assert.rejects(store.find("A"), code("secret_tracked"));
  assert.equal((await store.find("B"))?.value, "y-value");
  assert.deepEqual((await store.places("A")).map(({ tracked }) => tracked), [true]);
});

Deno.test("an old file without its password is warned of, and others still answer", async () => {
  using scratch = new Scratch();
  scratch.write(".secrets.enc", "Salted__1234567890123456789012345678901234567890");
  const { store, warnings } = make(scratch, { env: { A: "from env" } });
  assert.equal((await store.find("A"))?.value, "from env");
  assert.match(warnings.join(), /Cannot open "\.secrets\.enc": it is encrypted with a password/);
});

Deno.test("a wrong password of an old file is an error, not a secret that is missing", async () => {
  using scratch = new Scratch();
  scratch.write(".secrets.enc", `Salted__${"1234567890".repeat(4)}`);
  const { store } = make(scratch, { password: () => Promise.resolve("wrong") });
  await assert.rejects(store.find("A"), code("password_wrong"));
});

const EXAMINED: readonly (readonly [value: string, level: string, seen: RegExp])[] = [
  ["good-value-1", "ok", /secrets\/A$/],
  ["", "error", /it is empty/],
  ["  \n", "error", /only white space/],
  [" good-value-1", "warning", /it has leading or trailing white space/],
  ["changeme", "warning", /looks like a placeholder/],
  ['"good-value-1"', "warning", /enclosed in quotes/],
  ["good\u0007value", "warning", /control characters/],
];

for (const [value, level, seen] of EXAMINED) {
  Deno.test(`examined: ${JSON.stringify(value)}`, async () => {
    using scratch = new Scratch();
    const { store } = make(scratch);
    plant(directoryOf(store), "A", value);
    const findings = await examine(store);
    assert.deepEqual(findings.map((finding) => [finding.name, finding.level]), [["A", level]]);
    assert.match(findings[0]?.seen ?? "", seen);
    if (value.trim() !== "") {
      assert.ok(!JSON.stringify(findings).includes(value), "a finding holds the value");
    }
  });
}

Deno.test("examined: required and missing, open to others, an identity that is not there", async () => {
  using scratch = new Scratch();
  const { store } = make(scratch);
  const directory = directoryOf(store);
  plant(directory, "A", "good-value-1");
  if (posix) chmodSync(join(directory, "A"), 0o604);
  if (posix) chmodSync(directory, 0o755);
  const required = new Map([["A", "the configuration"], ["NONE", "workflow.yaml"]]);
  const findings = await examine(store, required, join(scratch.home, "id.txt"));
  const seen = (text: RegExp) => findings.find((finding) => text.test(finding.seen))?.level;
  assert.equal(seen(/required by workflow\.yaml but was not found/), "error");
  assert.equal(seen(/id\.txt": it does not exist/), "warning");
  if (posix) assert.equal(seen(/secrets\/A: its mode is 0604/), "warning");
  if (posix) assert.equal(seen(/secrets: its mode is 0755/), "warning");
});

function examine(
  store: SecretStore,
  required: ReadonlyMap<string, string> = new Map(),
  identityFile: string | null = null,
): Promise<readonly SecretFinding[]> {
  return examineSecrets({
    store,
    required,
    keys: { identityFile, passphrase: () => Promise.resolve(null) },
    shown: (path) => path,
  });
}

Deno.test("a name that some file systems take for another secret's is refused", () => {
  using scratch = new Scratch();
  const folder = scratch.path(".orchestrator/secrets");
  plant(folder, "API_KEY", "one");
  for (const name of ["api_key", "Api_Key"]) {
    assert.throws(() => plant(folder, name, "two"), code("already_exists"), name);
  }
  plant(folder, "API_KEY", "three");
  assert.deepEqual(listFolder(repositoryFolder(folder)).map(({ name }) => name), ["API_KEY"]);
  assert.equal(readFileSync(join(folder, "API_KEY"), "utf8"), "three");
});

Deno.test("two that are there already, where case counts, are both still changed", {
  ignore: Deno.build.os !== "linux",
}, () => {
  using scratch = new Scratch();
  scratch.write(".orchestrator/secrets/TOKEN", "one");
  scratch.write(".orchestrator/secrets/token", "two");
  plant(scratch.path(".orchestrator/secrets"), "token", "three");
  assert.equal(scratch.read(".orchestrator/secrets/TOKEN"), "one");
  assert.equal(scratch.read(".orchestrator/secrets/token"), "three");
});
