import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { comparableRemote, gitRemote, stripCredentials } from "../../../src/project/git_remote.ts";

const STRIPPED: readonly (readonly [url: string, expected: string | null])[] = [
  ["https://github.com/o/r.git", "https://github.com/o/r.git"],
  ["https://user:tok@host/x", "https://host/x"],
  ["https://ghp_token@github.com/o/r", "https://github.com/o/r"],
  ["https://oauth2:glpat@gitlab.com:8443/o/r.git", "https://gitlab.com:8443/o/r.git"],
  ["HTTPS://U:P@Host/x", "https://Host/x"],
  ["https://me@corp.com:tok@host/x", "https://host/x"],
  ["https://user:p/a?s#s@host/x", "https://host/x"],
  ["https://user:123/456@host/x", "https://host/x"],
  ["https://user:pass@/x", null],
  ["https://user:pass", null],
  ["https://[::1]:3000/o/r", "https://[::1]:3000/o/r"],
  ["https://u:p@[::1]:3000/o/r", "https://[::1]:3000/o/r"],
  ["https://host/x?private_token=abc", "https://host/x"],
  ["https://host/x#token=abc", "https://host/x"],
  ["https://host?token=abc", "https://host"],
  ["http://127.0.0.1:41234/git/o/r", "http://127.0.0.1:41234/git/o/r"],
  ["git@github.com:o/r.git", "git@github.com:o/r.git"],
  ["github.com:o/r.git", "github.com:o/r.git"],
  ["user:pass@host:o/r", "host:o/r"],
  ["user:pa/ss@host:o/r", "host:o/r"],
  ["user:pass@host", null],
  ["git@host:o/r?token=abc", "git@host:o/r"],
  ["ssh://git@host:2222/o/r", "ssh://git@host:2222/o/r"],
  ["ssh://user:pass@host/o/r", "ssh://host/o/r"],
  ["git://tok@host/o/r", "git://host/o/r"],
  ["/home/mo/repo", null],
  ["../repo", null],
  ["./a:b", null],
  ["repo", null],
  ["~/repo", null],
  ["file:///home/mo/repo", null],
  ["C:\\Users\\mo\\repo", null],
  ["C:/Users/mo/repo", null],
  ["\\\\server\\share", null],
  ["ext::sh -c 'curl -H secret'", null],
  ["", null],
  ["https://host/\u001b[2J", null],
  ["https://host/" + "x".repeat(3000), null],
];

for (const [url, expected] of STRIPPED) {
  Deno.test(`git remote: strip ${JSON.stringify(url.slice(0, 60))}`, () => {
    assert.equal(stripCredentials(url), expected);
  });
}

Deno.test("git remote: stripping twice changes nothing more", () => {
  for (const [, expected] of STRIPPED) {
    if (expected !== null) assert.equal(stripCredentials(expected), expected);
  }
});

Deno.test("git remote: spellings of one repository compare equal, others do not", () => {
  const same = [
    "https://github.com/o/r.git",
    "https://github.com/o/r",
    "https://GitHub.com/o/r/",
    "https://user:tok@github.com/o/r.git/",
    "git@github.com:o/r.git",
    "git@github.com:/o/r",
    "ssh://git@github.com/o/r.git",
    "ssh://git@github.com:22/o/r",
    "git://github.com/o/r",
  ];
  for (const url of same) assert.equal(comparableRemote(url), "github.com/o/r", url);
  for (const url of ["https://github.com/o/r2", "https://github.org/o/r", "git@github.com:O/r"]) {
    assert.notEqual(comparableRemote(url), "github.com/o/r", url);
  }
});

const CONFIGS: readonly (readonly [title: string, config: string, expected: string | null])[] = [
  [
    "a plain clone",
    '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://h/o/r\n',
    "https://h/o/r",
  ],
  ["credentials", '[remote "origin"]\n\turl = https://u:p@h/o/r\n', "https://h/o/r"],
  [
    "origin among others",
    '[remote "a"]\nurl=https://h/a\n[remote "origin"]\nurl=https://h/b\n',
    "https://h/b",
  ],
  ["the only remote", '[remote "upstream"]\nurl = git@h.x:o/r\n', "git@h.x:o/r"],
  [
    "two remotes, none called origin",
    '[remote "a"]\nurl=https://h/a\n[remote "b"]\nurl=https://h/b\n',
    null,
  ],
  ["case of section and key", '[REMOTE "origin"]\n  URL = https://h/r\n', "https://h/r"],
  [
    "case of the name matters",
    '[remote "Origin"]\nurl=https://h/a\n[remote "origin"]\nurl=https://h/b\n',
    "https://h/b",
  ],
  ["header and key on one line", '[remote "origin"] url = https://h/r', "https://h/r"],
  ["the old form", "[remote.origin]\nurl = https://h/r\n", "https://h/r"],
  [
    "comments",
    '# x\n; y\n[remote "origin"] # z\nurl = https://h/r ; w\n# url = https://h/q\n',
    "https://h/r",
  ],
  [
    "a quoted value with a comment sign",
    '[remote "origin"]\nurl = "git@h.x:o/a;b"\n',
    "git@h.x:o/a;b",
  ],
  ["a continued line", '[remote "origin"]\nurl = https://h/\\\nr\n', "https://h/r"],
  [
    "an escaped backslash continues nothing",
    '[remote "a"]\nfoo = x\\\\\nurl = https://h/r\n',
    "https://h/r",
  ],
  [
    "a continued line hides what looks like a key",
    '[remote "a"]\nfoo = x\\\nurl = https://h/r\n',
    null,
  ],
  ["a value that looks like a section", '[a]\nb = [remote "origin"]\nurl = https://h/r\n', null],
  [
    "Windows line ends and a mark",
    '\uFEFF[remote "origin"]\r\n\turl = https://h/r\r\n',
    "https://h/r",
  ],
  [
    "the first of two addresses",
    '[remote "origin"]\nurl = https://h/a\nurl = https://h/b\n',
    "https://h/a",
  ],
  [
    "a push address is not the address",
    '[remote "origin"]\npushurl = https://h/p\nurl = https://h/r\n',
    "https://h/r",
  ],
  ["escapes in the name", '[remote "or\\"ig"]\nurl = https://h/r\n', "https://h/r"],
  ["another section with a subsection", '[branch "origin"]\nurl = https://h/r\n', null],
  ["a local path", '[remote "origin"]\nurl = /srv/git/r.git\n', null],
  ["a key without a value", '[remote "origin"]\nurl\n', null],
  ["an empty file", "", null],
  ["garbage", "\u0000\u0001[[[[\n\\\\\n=\n", null],
];

async function inDirectory(task: (directory: string) => void | Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await task(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const [title, config, expected] of CONFIGS) {
  Deno.test(`git remote: ${title}`, () =>
    inDirectory((root) => {
      mkdirSync(`${root}/.git`);
      writeFileSync(`${root}/.git/config`, config);
      assert.equal(gitRemote(root), expected);
    }));
}

const CONFIG = '[remote "origin"]\nurl = https://h/o/r\n';

Deno.test("git remote: a worktree shares the repository's configuration", () =>
  inDirectory((base) => {
    mkdirSync(`${base}/main/.git/worktrees/w`, { recursive: true });
    mkdirSync(`${base}/w`);
    writeFileSync(`${base}/main/.git/config`, CONFIG);
    writeFileSync(`${base}/main/.git/worktrees/w/commondir`, "../..\n");
    writeFileSync(`${base}/w/.git`, `gitdir: ${base}/main/.git/worktrees/w\n`);
    assert.equal(gitRemote(`${base}/w`), "https://h/o/r");
  }));

Deno.test("git remote: a submodule has its own", () =>
  inDirectory((base) => {
    mkdirSync(`${base}/.git/modules/sub`, { recursive: true });
    mkdirSync(`${base}/sub`);
    writeFileSync(`${base}/.git/config`, '[remote "origin"]\nurl = https://h/outer\n');
    writeFileSync(`${base}/.git/modules/sub/config`, CONFIG);
    writeFileSync(`${base}/sub/.git`, "gitdir: ../.git/modules/sub\n");
    assert.equal(gitRemote(`${base}/sub`), "https://h/o/r");
  }));

Deno.test("git remote: a project below the repository's top has the repository's", () =>
  inDirectory((base) => {
    mkdirSync(`${base}/.git`);
    mkdirSync(`${base}/packages/a`, { recursive: true });
    writeFileSync(`${base}/.git/config`, CONFIG);
    assert.equal(gitRemote(`${base}/packages/a`), "https://h/o/r");
  }));

Deno.test("git remote: what is missing or damaged gives null", () =>
  inDirectory((base) => {
    for (
      const [name, content] of [
        ["empty", ""],
        ["nowhere", "gitdir: /nonexistent/x\n"],
        ["itself", "gitdir: .git\n"],
        ["nonsense", "\u0000".repeat(100)],
      ] as const
    ) {
      mkdirSync(`${base}/${name}`);
      writeFileSync(`${base}/${name}/.git`, content);
      assert.equal(gitRemote(`${base}/${name}`), null, name);
    }
    mkdirSync(`${base}/folder/.git/config`, { recursive: true });
    assert.equal(gitRemote(`${base}/folder`), null);
    assert.equal(gitRemote(`${base}/absent`), null);
  }));

const git = await new Deno.Command("git", { args: ["--version"] }).output().then(
  (output) => output.success,
  () => false,
);

Deno.test({
  name: "git remote: agrees with git on what git itself writes (skips without git)",
  ignore: !git,
  fn: () =>
    inDirectory(async (root) => {
      const run = (...args: string[]) =>
        new Deno.Command("git", {
          args: ["-C", root, ...args],
          env: { HOME: root, XDG_CONFIG_HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
        }).output();
      await run("init", "-q");
      const odd = 'https://h/a b;c#d"e\\f';
      await run("config", 'remote.we"ird.url', odd);
      const shown = new TextDecoder().decode((await run("config", 'remote.we"ird.url')).stdout);
      assert.equal(shown.trimEnd(), odd);
      assert.equal(gitRemote(root), "https://h/a b;c");
    }),
});
