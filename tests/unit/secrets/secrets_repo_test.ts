/** A repository of secrets: what is fetched, kept, said, and what a hostile one can do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CONFIG_KEYS } from "../../../src/config/keys.ts";
import { checkValue } from "../../../src/config/value.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { recipientsOf, sealText } from "../../../src/secrets/age_file.ts";
import { Redactor } from "../../../src/secrets/redact.ts";
import { credentialsOf, repoAddress } from "../../../src/secrets/repo_address.ts";
import { secretsRepo, type SecretsRepoOptions } from "../../../src/secrets/secrets_repo.ts";
import { SecretStore, type StoreOptions } from "../../../src/secrets/store.ts";
import { git, GitHttpServer, httpBackend } from "../../harness/git_server.ts";
import { GIT_ENVIRONMENT, Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const posix = Deno.build.os !== "windows";
const ID = "b".repeat(26);
const OTHER_ID = "c".repeat(26);
const VALUE = "made-up-value-of-a-repository";

/** A repository of secrets with a working copy to change it in, and a cache to read it into. */
class World implements Disposable {
  readonly scratch = new Scratch();
  readonly bare = join(this.scratch.top, "server.git");
  readonly work = join(this.scratch.top, "work");
  readonly cache = join(this.scratch.home, ".cache", "orchestrator", "secrets");
  readonly identity = join(this.scratch.home, "identity.txt");
  readonly warnings: string[] = [];
  time = new Date("2026-11-27T08:00:00Z");
  #recipients: readonly string[] = [];

  async begin(format = "sha1"): Promise<void> {
    git(
      this.scratch.top,
      "init",
      "--quiet",
      "--bare",
      "--initial-branch=main",
      `--object-format=${format}`,
      this.bare,
    );
    git(this.scratch.top, "init", "--quiet", `--object-format=${format}`, this.work);
    git(this.work, "remote", "add", "origin", this.bare);
    const { generateX25519Identity } = await import("age-encryption");
    const identity = await generateX25519Identity();
    writeFileSync(this.identity, `${identity}\n`);
    this.#recipients = await recipientsOf([identity]);
  }

  get url(): string {
    return `file://${this.bare}`;
  }

  seal(value: string): Promise<Uint8Array> {
    return sealText(`${value}\n`, { recipients: this.#recipients });
  }

  async put(path: string, value: string): Promise<void> {
    this.file(path, await this.seal(value));
  }

  file(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.work, path)), { recursive: true });
    writeFileSync(join(this.work, path), content);
  }

  push(): void {
    git(this.work, "add", "-A");
    git(this.work, "commit", "--quiet", "-m", "secrets");
    git(this.work, "push", "--quiet", "origin", "HEAD:main");
  }

  repo(more: Partial<SecretsRepoOptions> = {}) {
    return secretsRepo({
      address: this.url,
      folder: ID,
      cache: this.cache,
      env: scratchEnvironment(this.scratch),
      now: () => this.time,
      ...more,
    });
  }

  store(more: Partial<SecretsRepoOptions> = {}, options: Partial<StoreOptions> = {}): SecretStore {
    return new SecretStore({
      root: this.scratch.root,
      id: ID,
      repository: this.scratch.path(".orchestrator/secrets"),
      global: null,
      globalHere: null,
      home: this.scratch.home,
      cache: this.cache,
      env: {},
      order: ["repository", "secrets_repo", "environment"],
      declared: [],
      keys: { identityFile: this.identity, passphrase: () => Promise.resolve(null) },
      repo: this.repo(more),
      files: { paths: [], problem: null, programs: true },
      password: () => Promise.resolve(null),
      redactor: new Redactor(),
      shown: (path) => path,
      warn: (message) => void this.warnings.push(message),
      ...options,
    });
  }

  later(minutes: number): void {
    this.time = new Date(this.time.getTime() + minutes * 60_000);
  }

  /** Everything below the cache, as text. */
  kept(): string {
    if (!existsSync(this.cache)) return "";
    return readdirSync(this.cache).map((name) =>
      `${name}\n${readFileSync(join(this.cache, name), "latin1")}`
    ).join("\n");
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

Deno.test("secrets_repo takes a name at GitHub or an address, and nothing that runs a program", () => {
  const accepts = (text: string) =>
    checkValue(CONFIG_KEYS.secrets_repo.type, text).error === undefined;
  for (
    const good of [
      "acme/secrets",
      "https://git.example.org/team/secrets.git",
      "https://token@git.example.org/team/secrets",
      "https://anna:pass%2Fword@git.example.org:8443/secrets",
      "ssh://git@git.example.org:2222/secrets.git",
      "git@github.com:acme/secrets.git",
      "file:///srv/git/secrets.git",
    ]
  ) assert.ok(accepts(good), good);
  for (
    const bad of [
      "secrets",
      "-acme/secrets",
      "acme/-secrets",
      "../secrets",
      "/srv/git/secrets.git",
      "ext::sh -c evil",
      "ext::sh",
      "fd::3",
      "--upload-pack=evil",
      "ssh://-oProxyCommand=evil/x",
      "ssh://git@-oProxyCommand=evil/x",
      "-oProxyCommand=evil:x",
      "git@-oProxyCommand=evil:x",
      "https://anna:pass/word@git.example.org/x",
      "https://git.example.org/a@b",
      "acme/secrets/third",
      "https://git.example.org/x y",
      "git@host:-x",
    ]
  ) assert.ok(!accepts(bad), bad);
  assert.deepEqual(repoAddress("acme/secrets"), {
    address: "https://github.com/acme/secrets.git",
    shown: "https://github.com/acme/secrets.git",
  });
  assert.equal(repoAddress("https://a:b@h.org/x").shown, "https://h.org/x");
  assert.deepEqual(credentialsOf("https://a:b%21c@h.org/x"), ["b%21c", "b!c"]);
  assert.deepEqual(credentialsOf("https://token@h.org/x"), ["token"]);
  assert.deepEqual(credentialsOf("git@h.org:x"), []);
});

Deno.test("a secret is fetched when it is asked for; this project's own goes first", async () => {
  using world = new World();
  await world.begin();
  await world.put("A_KEY.age", VALUE);
  await world.put("B_KEY.age", "for-all-projects");
  await world.put(`${ID}/B_KEY.age`, "for-this-project");
  await world.put(`${OTHER_ID}/C_KEY.age`, "for-another-project");
  world.file("README.md", "hello\n");
  world.file("PLAIN_KEY", "no secret is read as plain text\n");
  world.push();
  const store = world.store();
  assert.deepEqual(await store.names(), ["A_KEY", "B_KEY"]);
  assert.deepEqual(await store.find("A_KEY"), {
    name: "A_KEY",
    source: "secrets_repo",
    form: "age",
    where: `A_KEY.age in ${world.url}`,
    tracked: false,
    value: VALUE,
  });
  assert.equal((await store.find("B_KEY"))?.value, "for-this-project");
  assert.deepEqual((await store.places("B_KEY")).map(({ where }) => where), [
    `${ID}/B_KEY.age in ${world.url}`,
    `B_KEY.age in ${world.url}`,
  ]);
  assert.equal(await store.find("C_KEY"), null);
  assert.equal(await store.find("PLAIN_KEY"), null);
  assert.deepEqual(world.warnings, []);
});

Deno.test("of the copy nothing is plain, and it is for its owner only", async () => {
  using world = new World();
  await world.begin();
  await world.put("A_KEY.age", VALUE);
  world.push();
  // The umask of a person who shares everything.
  mkdirSync(world.cache, { recursive: true });
  if (posix) chmodSync(world.cache, 0o777);
  assert.equal((await world.store().find("A_KEY"))?.value, VALUE);
  const names = readdirSync(world.cache);
  assert.equal(names.length, 1);
  assert.match(names[0] ?? "", /^[0-9a-f]{32}\.json$/);
  assert.ok(!world.kept().includes(VALUE) && !world.kept().includes(btoa(VALUE)));
  if (!posix) return;
  assert.equal(statSync(world.cache).mode & 0o777, 0o700);
  assert.equal(statSync(join(world.cache, names[0] ?? "")).mode & 0o777, 0o600);
});

Deno.test("the server is asked at most once a minute, and then for what has changed", async () => {
  using world = new World();
  await world.begin();
  await world.put("A_KEY.age", "first-value");
  world.push();
  const value = async () => (await world.store().find("A_KEY"))?.value;
  assert.equal(await value(), "first-value");
  await world.put("A_KEY.age", "second-value");
  world.push();
  assert.equal(await value(), "first-value");
  world.later(2);
  assert.equal(await value(), "second-value");
  world.later(2);
  assert.equal(await value(), "second-value");
  git(world.work, "rm", "--quiet", "A_KEY.age");
  world.file("README.md", "empty\n");
  world.push();
  world.later(2);
  assert.equal(await value(), undefined);
});

Deno.test("without a server the copy is used, and its age said; a server that fails is left alone for a minute", async () => {
  using world = new World();
  await world.begin();
  await world.put("A_KEY.age", VALUE);
  world.push();
  await world.repo().open();
  const away = `${world.bare}.away`;
  Deno.renameSync(world.bare, away);
  world.later(3 * 60 + 5);
  assert.equal((await world.store().find("A_KEY"))?.value, VALUE);
  assert.equal(world.warnings.length, 1);
  assert.match(
    world.warnings[0] ?? "",
    /cannot be reached: .*Its secrets are those of 3 hours ago/,
  );
  Deno.renameSync(away, world.bare);
  await world.put("B_KEY.age", VALUE);
  world.push();
  assert.equal(await world.store().find("B_KEY"), null);
  assert.match(world.warnings[1] ?? "", /3 hours ago/);
  world.later(2);
  assert.equal((await world.store().find("B_KEY"))?.value, VALUE);
  assert.equal(world.warnings.length, 2);
});

Deno.test("without a server and a copy the other places are looked into, with a warning", async () => {
  using world = new World();
  await world.begin();
  const address = `file://${world.scratch.top}/none.git`;
  const store = world.store({ address }, { env: { A_KEY: "from-the-environment" } });
  assert.equal((await store.find("A_KEY"))?.value, "from-the-environment");
  assert.match(world.warnings.join(), /Cannot read secrets from "file:\/\/.*none\.git"/);
  await assert.rejects(
    world.repo({ address }).open(),
    (error: unknown) => error instanceof OrchestratorError && error.code === "git_failed",
  );
  // An empty repository has no HEAD.
  await assert.rejects(world.repo().open(), /it has no commits/);
});

Deno.test("a copy that is damaged, of another format or of another address is none", async () => {
  using world = new World();
  await world.begin();
  await world.put("A_KEY.age", VALUE);
  world.push();
  await world.repo().open();
  const path = join(world.cache, readdirSync(world.cache)[0] ?? "");
  const good = readFileSync(path, "utf8");
  for (
    const bad of [
      "",
      "{",
      "[]",
      good.replace('"format":1', '"format":2'),
      good.replace(world.url, "file:///elsewhere"),
      good.replace('"A_KEY.age"', '"../A_KEY.age"'),
    ]
  ) {
    writeFileSync(path, bad);
    const { files } = await world.repo({ offline: true }).open();
    assert.deepEqual([...files.keys()], [], bad.slice(0, 40));
  }
  writeFileSync(path, "{");
  assert.deepEqual([...(await world.repo().open()).files.keys()], ["A_KEY.age"]);
});

Deno.test("a repository of SHA-256 objects is read as any other", async () => {
  using world = new World();
  await world.begin("sha256");
  await world.put("A_KEY.age", VALUE);
  world.push();
  assert.equal((await world.store().find("A_KEY"))?.value, VALUE);
});

/** A commit made of a tree as git would never write it. */
function pushTree(world: World, lines: string): void {
  const mktree = spawnSync("git", ["mktree", "-z", "--missing"], {
    cwd: world.work,
    input: lines,
    encoding: "utf8",
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: world.scratch.home, ...GIT_ENVIRONMENT },
  });
  assert.equal(mktree.status, 0, mktree.stderr);
  const commit = git(world.work, "commit-tree", "-m", "hostile", mktree.stdout.trim());
  git(world.work, "push", "--quiet", "--force", "origin", `${commit}:refs/heads/main`);
}

Deno.test({
  name: "what is hostile in a repository of secrets is passed over, and nothing runs or is written",
  ignore: !posix,
  fn: async () => {
    using world = new World();
    await world.begin();
    const ran = join(world.scratch.top, "ran");
    const evil = `#!/bin/sh\ntouch ${ran}\n`;
    const outside = join(world.scratch.top, "outside");
    writeFileSync(outside, "a file of this machine");
    await world.put("GOOD_KEY.age", VALUE);
    world.file("HUGE_KEY.age", "x".repeat(300_000));
    world.file("hooks/post-checkout", evil);
    world.file(".gitattributes", "* filter=evil\n*.age export-subst\n");
    world.file(".gitmodules", `[submodule "x"]\n\tpath = x\n\turl = ext::${evil}\n`);
    world.push();
    const oid = git(world.work, "rev-parse", "HEAD:GOOD_KEY.age");
    const huge = git(world.work, "rev-parse", "HEAD:HUGE_KEY.age");
    const hook = git(world.work, "rev-parse", "HEAD:hooks/post-checkout");
    const attributes = git(world.work, "rev-parse", "HEAD:.gitattributes");
    const modules = git(world.work, "rev-parse", "HEAD:.gitmodules");
    writeFileSync(join(world.work, "target"), outside);
    const link = git(world.work, "hash-object", "-w", "target");
    const entries = [
      `100644 blob ${attributes}\t.gitattributes`,
      `100644 blob ${modules}\t.gitmodules`,
      `100644 blob ${oid}\tGOOD_KEY.age`,
      `100644 blob ${huge}\tHUGE_KEY.age`,
      `120000 blob ${link}\tLINK_KEY.age`,
      `160000 commit ${"1".repeat(40)}\tMODULE_KEY.age`,
      `100644 blob ${oid}\t-C.age`,
      `100644 blob ${oid}\t..age`,
      `100644 blob ${oid}\tA B.age`,
      `100644 blob ${oid}\tnul.age`,
      `100644 blob ${oid}\tNEW\nLINE.age`,
      `100755 blob ${hook}\tRUN_KEY.age`,
    ];
    const inner = spawnSync("git", ["mktree", "-z"], {
      cwd: world.work,
      input: `100644 blob ${oid}\tUP_KEY.age\0`,
      encoding: "utf8",
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: world.scratch.home, ...GIT_ENVIRONMENT },
    }).stdout.trim();
    pushTree(world, [...entries, `040000 tree ${inner}\t..`].map((line) => `${line}\0`).join(""));
    writeFileSync(
      join(world.scratch.home, ".gitconfig"),
      `[filter "evil"]\n\tsmudge = touch ${ran}\n`,
    );
    const { files } = await world.repo().open();
    assert.deepEqual([...files.keys()].sort(), ["GOOD_KEY.age", "RUN_KEY.age"]);
    const store = world.store();
    assert.equal((await store.find("GOOD_KEY"))?.value, VALUE);
    await assert.rejects(store.find("RUN_KEY"), /it is not an age file/);
    assert.ok(!existsSync(ran));
    assert.deepEqual(readdirSync(world.cache).length, 1);
    assert.deepEqual(readdirSync(world.scratch.home).sort(), [
      ".cache",
      ".gitconfig",
      "identity.txt",
    ]);
  },
});

Deno.test({
  name: "an address that the user's settings turn into a program's is refused",
  ignore: !posix,
  fn: async () => {
    using world = new World();
    await world.begin();
    const ran = join(world.scratch.top, "ran");
    writeFileSync(
      join(world.scratch.home, ".gitconfig"),
      `[url "ext::touch ${ran} "]\n\tinsteadOf = https://git.example.org/\n[protocol "ext"]\n\tallow = always\n`,
    );
    await assert.rejects(
      world.repo({ address: "https://git.example.org/secrets" }).open(),
      /transport 'ext' not allowed/,
    );
    assert.ok(!existsSync(ran));
  },
});

Deno.test({
  name: "a repository that is too large is given up, and its files are not kept",
  ignore: !posix,
  fn: async () => {
    using world = new World();
    await world.begin();
    const bytes = new Uint8Array(3 * 1024 * 1024);
    for (let at = 0; at < bytes.length; at += 65_536) {
      crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    }
    world.file("video", bytes);
    world.push();
    const mostBytes = 1024 * 1024;
    await assert.rejects(world.repo({ mostBytes }).open(), /it holds more than 1 MiB/);
    assert.ok(statSync(join(world.cache, readdirSync(world.cache)[0] ?? "")).size < 1000);
  },
});

Deno.test({
  name:
    "over HTTP: credentials are sent and said nowhere; a server that is silent is given up in time",
  ignore: httpBackend === null,
  fn: async () => {
    using world = new World();
    await world.begin();
    await world.put("A_KEY.age", VALUE);
    world.push();
    await using server = new GitHttpServer(world.bare);
    const secret = "made-up-token-4711";
    const address = server.url.replace("http://", `http://anna:${secret}@`);
    const store = world.store({ address });
    assert.equal((await store.find("A_KEY"))?.value, VALUE);
    assert.equal((await store.places("A_KEY"))[0]?.where, `A_KEY.age in ${server.url}`);
    world.later(2);
    server.mood = "forbids all";
    const { trouble } = await world.repo({ address }).open();
    assert.match(trouble ?? "", /403.*those of 2 minutes ago/);
    assert.ok(!trouble?.includes(secret));
    world.later(2);
    server.mood = "hangs";
    const begun = performance.now();
    const late = await world.repo({ address, timeoutMs: 500 }).open();
    assert.match(late.trouble ?? "", /no response within 0\.5 s/);
    assert.ok(performance.now() - begun < 10_000);
    assert.ok(!world.kept().includes(secret));
    assert.ok(!world.kept().includes(VALUE));
  },
});
