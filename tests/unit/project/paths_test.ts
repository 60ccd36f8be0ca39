import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { isInside } from "../../../src/project/inside.ts";
import { KEYS, OrchestratorPaths, ROOT_MARKERS } from "../../../src/project/paths.ts";
import { checkKey } from "../../../src/storage/keys.ts";

const noLinks = Deno.build.os === "windows";

/** A temporary directory; `files` ending in `/` are directories. */
function withTree(files: readonly string[], test: (top: string) => void): void {
  const top = realpathSync(Deno.makeTempDirSync({ prefix: "paths-" }));
  try {
    for (const file of files) {
      const path = join(top, file);
      mkdirSync(file.endsWith("/") ? path : dirname(path), { recursive: true });
      if (!file.endsWith("/")) writeFileSync(path, "");
    }
    test(top);
  } finally {
    Deno.removeSync(top, { recursive: true });
  }
}

function located(query: Parameters<typeof OrchestratorPaths.locate>[0]) {
  const { root, origin } = OrchestratorPaths.locate(query);
  return { root, origin };
}

Deno.test("root: the nearest ancestor with any marker, from any depth", () => {
  for (const marker of ROOT_MARKERS) {
    withTree([`p/${marker}`, "p/a/b/c/"], (top) => {
      for (const cwd of ["p", "p/a", "p/a/b/c"]) {
        const expected = { root: join(top, "p"), origin: "marker" };
        assert.deepEqual(located({ cwd: join(top, cwd) }), expected, `${marker} from ${cwd}`);
      }
    });
  }
});

Deno.test("root: .git may be a directory or a file", () => {
  withTree(["whole/.git/HEAD", "whole/src/", "worktree/.git", "worktree/src/"], (top) => {
    assert.equal(located({ cwd: join(top, "whole/src") }).root, join(top, "whole"));
    assert.equal(located({ cwd: join(top, "worktree/src") }).root, join(top, "worktree"));
  });
});

Deno.test("root: a nested project wins over the one around it", () => {
  withTree(["p/.git/", "p/modules/m/workflow.yaml", "p/modules/m/src/"], (top) => {
    assert.equal(located({ cwd: join(top, "p/modules/m/src") }).root, join(top, "p/modules/m"));
    assert.equal(located({ cwd: join(top, "p/modules") }).root, join(top, "p"));
  });
});

Deno.test("root: without a marker it is the working directory", () => {
  withTree(["p/a/"], (top) => {
    // Whatever lies above the temporary directory must not be found.
    const cwd = join(top, "p/a");
    const found = located({ cwd });
    if (found.origin === "marker") return;
    assert.deepEqual(found, { root: cwd, origin: "working directory" });
  });
});

Deno.test("root: an .orchestrator without a project in it is no marker", () => {
  withTree(["p/.git/", "p/a/.orchestrator/config.yaml", "p/a/.workflow_log.jsonl"], (top) => {
    assert.equal(located({ cwd: join(top, "p/a") }).root, join(top, "p"));
  });
});

Deno.test("root: the flag wins over the variable, which wins over markers", () => {
  withTree(["p/.git/", "q/", "r/"], (top) => {
    const cwd = join(top, "p");
    assert.deepEqual(located({ cwd, flag: join(top, "q"), variable: join(top, "r") }), {
      root: join(top, "q"),
      origin: "flag",
    });
    assert.deepEqual(located({ cwd, flag: "../q" }), { root: join(top, "q"), origin: "flag" });
    assert.deepEqual(located({ cwd, variable: "../r" }), {
      root: join(top, "r"),
      origin: "environment",
    });
    assert.deepEqual(located({ cwd, flag: "", variable: "" }), { root: cwd, origin: "marker" });
    assert.deepEqual(located({ cwd, flag: "." }), { root: cwd, origin: "flag" });
  });
});

Deno.test("root: one that was asked for must be a directory", () => {
  withTree(["p/file"], (top) => {
    for (
      const [query, said] of [
        [{ flag: "p/file" }, "--root"],
        [{ flag: "missing" }, "--root"],
        [{ variable: "missing" }, "ORCHESTRATOR_ROOT"],
      ] as const
    ) {
      assert.throws(() => OrchestratorPaths.locate({ cwd: top, ...query }), (error) => {
        assert.ok(error instanceof OrchestratorError);
        assert.equal(error.code, "invalid_argument");
        assert.match(`${error.hint}`, new RegExp(said));
        return true;
      });
    }
  });
});

Deno.test("home: never found by walking up, whatever lies in it", () => {
  for (const marker of ROOT_MARKERS) {
    withTree([`home/${marker}`, "home/work/deep/"], (top) => {
      const home = join(top, "home");
      const cwd = join(home, "work/deep");
      const found = OrchestratorPaths.locate({ cwd, home });
      assert.equal(found.root, cwd, marker);
      assert.equal(found.isHome, false);
    });
  }
});

Deno.test("home: a project above it is found past it", () => {
  withTree(["p/.git/", "p/home/.orchestrator/meta.json", "p/home/x/"], (top) => {
    const found = located({ cwd: join(top, "p/home/x"), home: join(top, "p/home") });
    assert.deepEqual(found, { root: join(top, "p"), origin: "marker" });
  });
});

Deno.test("home: known however it is spelled", { ignore: noLinks }, () => {
  withTree(["disk/u1/.git/", "disk/u1/work/", "homes/"], (top) => {
    symlinkSync(join(top, "disk/u1"), join(top, "homes/ada"));
    const real = join(top, "disk/u1");
    for (const home of [join(top, "homes/ada"), `${real}/`, join(top, "homes/ada") + "/"]) {
      assert.equal(located({ cwd: join(real, "work"), home }).root, join(real, "work"), home);
      assert.equal(OrchestratorPaths.locate({ cwd: real, home }).isHome, true, home);
      assert.equal(OrchestratorPaths.locate({ cwd: top, flag: real, home }).isHome, true, home);
    }
    const linked = OrchestratorPaths.locate({ cwd: top, flag: "homes/ada", home: real });
    assert.equal(linked.isHome, true);
  });
});

Deno.test("home: one that is not there, or none, is no root's", () => {
  withTree(["p/.git/"], (top) => {
    const cwd = join(top, "p");
    for (const home of [undefined, join(top, "missing")]) {
      const found = OrchestratorPaths.locate({ cwd, home });
      assert.equal(found.root, cwd);
      assert.equal(found.isHome, false);
    }
  });
});

Deno.test("a working directory behind a link has its project", { ignore: noLinks }, () => {
  withTree(["real/p/.git/", "real/p/src/", "elsewhere/"], (top) => {
    symlinkSync(join(top, "real/p"), join(top, "linked"));
    symlinkSync(join(top, "real/p/src"), join(top, "elsewhere/src"));
    assert.equal(located({ cwd: join(top, "linked/src") }).root, join(top, "linked"));
    // As the shell spells it: the link's own place has no project above it, and none is invented.
    const found = located({ cwd: join(top, "elsewhere/src") });
    if (found.origin !== "marker") assert.equal(found.root, join(top, "elsewhere/src"));
  });
});

Deno.test("contains: paths inside, there or not", () => {
  withTree(["p/a/file", "p2/x"], (top) => {
    const paths = new OrchestratorPaths(join(top, "p"), "flag");
    for (
      const path of ["", ".", "a", "a/file", "a/missing/deep", "missing", "a/../a/file", "a/file/x"]
    ) {
      assert.equal(isInside(paths.root, path), true, path);
    }
    assert.equal(isInside(paths.root, join(top, "p/a/file")), true, "absolute and inside");
    for (
      const path of ["..", "../p2/x", "../p2", "a/../../p2/x", "../missing", join(top, "p2/x")]
    ) {
      assert.equal(isInside(paths.root, path), false, path);
    }
  });
});

Deno.test("contains: links are followed to where they lead", { ignore: noLinks }, () => {
  withTree(["p/a/file", "out/secret"], (top) => {
    const root = join(top, "p");
    symlinkSync(join(top, "out"), join(root, "link-out"));
    symlinkSync(join(top, "out/secret"), join(root, "file-out"));
    symlinkSync("../p/a", join(root, "link-in"));
    symlinkSync(join(top, "out/not-yet"), join(root, "dangling-out"));
    symlinkSync("not-yet", join(root, "dangling-in"));
    symlinkSync("loop", join(root, "loop"));
    const paths = new OrchestratorPaths(root, "flag");
    for (
      const path of [
        "link-out",
        "link-out/secret",
        "link-out/missing",
        "file-out",
        "dangling-out",
        "dangling-in",
        "loop",
        "loop/x",
      ]
    ) {
      assert.equal(isInside(paths.root, path), false, path);
    }
    for (const path of ["link-in", "link-in/file", "link-in/missing"]) {
      assert.equal(isInside(paths.root, path), true, path);
    }
    symlinkSync(root, join(top, "linked"));
    const linked = new OrchestratorPaths(join(top, "linked"), "flag");
    assert.equal(isInside(linked.root, "a/file"), true);
    assert.equal(isInside(linked.root, "link-out/secret"), false);
  });
});

Deno.test("contains: everything, when the root is the root of the file system", () => {
  withTree(["file"], (top) => {
    const paths = new OrchestratorPaths(parse(top).root, "flag");
    assert.equal(isInside(paths.root, join(top, "file")), true);
    assert.equal(isInside(paths.root, join(top, "missing/x")), true);
    assert.equal(isInside(paths.root, "."), true);
  });
});

Deno.test("locate ends at the root of the file system", () => {
  const root = parse(Deno.cwd()).root;
  const found = OrchestratorPaths.locate({ cwd: root });
  assert.equal(found.root, root);
  assert.equal(OrchestratorPaths.locate({ cwd: root, home: root }).isHome, true);
});

Deno.test("relative: from the root with slashes, and . for the root", () => {
  withTree(["p/"], (top) => {
    const paths = new OrchestratorPaths(join(top, "p"), "flag");
    assert.equal(paths.relative(join(top, "p", "a", "b.txt")), "a/b.txt");
    assert.equal(paths.relative(join(top, "p")), ".");
    assert.equal(paths.relative(paths.metaFile), ".orchestrator/meta.json");
    assert.equal(paths.resolveFrom(join(top, "p", "a"), "b"), join(top, "p", "a", "b"));
    assert.equal(paths.resolveFrom(top, join(top, "x")), join(top, "x"));
  });
});

Deno.test("every key is one that storage accepts, and paths agree with keys", () => {
  const id = "aaaaaaaaaaaaa";
  const keys = [
    KEYS.meta,
    KEYS.gitignore,
    KEYS.config,
    KEYS.current,
    KEYS.binding("0123abcd"),
    KEYS.sessionMeta(id),
    KEYS.sessionState(id),
    KEYS.sessionWorkflow(id),
    KEYS.feedback(id, "tool"),
  ];
  for (const key of keys) assert.equal(checkKey(key), key);
  const paths = new OrchestratorPaths(join("/", "p"), "flag");
  assert.equal(paths.metaFile, join(paths.stateDirectory, KEYS.meta));
  assert.equal(paths.gitignore, join(paths.stateDirectory, KEYS.gitignore));
  assert.equal(paths.config, join(paths.stateDirectory, KEYS.config));
});
