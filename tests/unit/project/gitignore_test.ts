import assert from "node:assert/strict";
import { gitignoreFor, gitignoreText } from "../../../src/project/gitignore.ts";
import { NEVER_COMMITTED } from "../../../src/state_layout/git_files.ts";

Deno.test("gitignore: normal mode is one line", () => {
  assert.equal(gitignoreText("normal"), "*\n");
});

Deno.test("gitignore: a file that does what the mode asks for stays as it is", () => {
  for (const text of ["*\n", "*", "# mine\r\n*\r\n!config.yaml\r\n"]) {
    assert.equal(gitignoreFor("normal", text), text);
  }
  const portable = gitignoreText("portable");
  for (const text of [portable, `${portable}/prd/\n`, portable.replaceAll("\n", "\r\n")]) {
    assert.equal(gitignoreFor("portable", text), text);
  }
});

Deno.test("gitignore: a file that is missing, or has no lines of the user's, is rewritten", () => {
  assert.equal(gitignoreFor("normal", null), "*\n");
  assert.equal(gitignoreFor("normal", gitignoreText("portable")), "*\n");
  assert.equal(gitignoreFor("portable", "*\n"), gitignoreText("portable"));
  assert.equal(gitignoreFor("portable", "\n"), gitignoreText("portable"));
});

Deno.test("gitignore: in portable mode missing lines are added behind a person's own", () => {
  const own = "*.pid\n/lock";
  const text = gitignoreFor("portable", own);
  assert.ok(text.startsWith(`${own}\n`));
  assert.equal(text.split("\n").filter((line) => line === "/lock").length, 1);
  for (const pattern of NEVER_COMMITTED) assert.ok(text.split("\n").includes(pattern), pattern);
  assert.equal(gitignoreFor("portable", text), text);
});

Deno.test("gitignore: switching modes keeps every line of a person's, where it stands", () => {
  const portable = gitignoreText("portable");
  for (
    const [normal, switched] of [
      ["# mine\n*\n!config.yaml\n", `# mine\n${portable}!config.yaml\n`],
      ["*\n!config.yaml", `${portable}!config.yaml`],
      ["# a\n\n*\n", `# a\n\n${portable}`],
      ["*\r\n/notes/\r\n", `${portable}/notes/\n`.replaceAll("\n", "\r\n")],
    ] as const
  ) {
    assert.equal(gitignoreFor("portable", normal), switched);
    assert.equal(gitignoreFor("normal", switched), normal);
  }
});

Deno.test("gitignore: normal mode ignores everything, behind what stood there", () => {
  assert.equal(gitignoreFor("normal", "*.pid\n*.log\n"), "*.pid\n*.log\n*\n");
  assert.equal(gitignoreFor("normal", "/notes/"), "/notes/\n*\n");
  assert.equal(gitignoreFor("normal", `${gitignoreText("portable")}!x\n/backups/\n`), "!x\n*\n");
  // The last line of that kind is the one that counts in git.
  assert.equal(gitignoreFor("portable", "*\n!x\n*\n"), `!x\n${gitignoreText("portable")}`);
  assert.equal(gitignoreFor("normal", `!x\n${gitignoreText("portable")}`), "!x\n*\n");
});

const git = await new Deno.Command("git", { args: ["--version"] }).output().then(
  (output) => output.success,
  () => false,
);

Deno.test({
  name: "gitignore: git ignores in each mode what it should (skips without git)",
  ignore: !git,
  fn: async () => {
    const root = await Deno.makeTempDir();
    const ignored = async (names: readonly string[]): Promise<readonly string[]> => {
      const output = await new Deno.Command("git", {
        args: ["-C", root, "check-ignore", "--no-index", ...names.map((n) => `.orchestrator/${n}`)],
        env: { HOME: root, XDG_CONFIG_HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
      }).output();
      const lines = new TextDecoder().decode(output.stdout).split("\n").filter((line) =>
        line !== ""
      );
      return lines.map((line) => line.replace(".orchestrator/", ""));
    };
    try {
      await new Deno.Command("git", { args: ["init", "-q", root] }).output();
      await Deno.mkdir(`${root}/.orchestrator`);
      const secret = [
        "lock",
        "current",
        "bindings/claude-1",
        "secrets/repo.age",
        "migration_backup/x/.workflow_state.json",
        ".tmp-12-ab",
        "sessions/aaaaaaaaaaaaa/lock",
        "sessions/aaaaaaaaaaaaa/.tmp-12-ab",
        "sessions/.staging-aaa/log.jsonl",
        "sessions/.removed-aaa/log.jsonl",
        "sessions/.replacing-aaaaaaaaaaaaa/log.jsonl",
      ];
      const shared = [
        ".gitignore",
        "meta.json",
        "config.yaml",
        "sessions/aaaaaaaaaaaaa/meta.json",
        "sessions/aaaaaaaaaaaaa/log.jsonl",
        "sessions/aaaaaaaaaaaaa/state.json",
        "sessions/aaaaaaaaaaaaa/workflow.yaml",
        "sessions/aaaaaaaaaaaaa/feedback/tool.jsonl",
        "sessions/aaaaaaaaaaaaa/checkpoints/current",
      ];
      await Deno.writeTextFile(`${root}/.orchestrator/.gitignore`, gitignoreText("portable"));
      assert.deepEqual(await ignored([...secret, ...shared]), secret);
      await Deno.writeTextFile(`${root}/.orchestrator/.gitignore`, gitignoreText("normal"));
      assert.deepEqual(await ignored([...secret, ...shared]), [...secret, ...shared]);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
