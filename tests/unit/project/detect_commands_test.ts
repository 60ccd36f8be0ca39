import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { detectCommands, type DetectedCommands } from "../../../src/project/detect_commands.ts";

/** File contents by name; a name that ends in `/` is a folder. */
type Files = Readonly<Record<string, string>>;

async function detect(files: Files, windows = false): Promise<DetectedCommands> {
  const root = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const folder = name.endsWith("/")
        ? name.slice(0, -1)
        : name.split("/").slice(0, -1).join("/");
      if (folder !== "") mkdirSync(`${root}/${folder}`, { recursive: true });
      if (!name.endsWith("/")) writeFileSync(`${root}/${name}`, content);
    }
    return detectCommands(root, { windows });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const scripts = (found: Readonly<Record<string, string>>): string =>
  JSON.stringify({ scripts: found });

const CASES: readonly (readonly [title: string, files: Files, expected: DetectedCommands])[] = [
  ["nothing", {}, { source: "none" }],
  ["only a README", { "README.md": "make test" }, { source: "none" }],

  ["npm", { "package.json": scripts({ test: "node --test" }) }, {
    test: "npm test",
    source: "package.json",
  }],
  ["npm with build and lint", {
    "package.json": scripts({ test: "vitest", build: "tsc", lint: "eslint ." }),
    "package-lock.json": "{}",
  }, { test: "npm test", build: "npm run build", lint: "npm run lint", source: "package.json" }],
  ["npm's placeholder", {
    "package.json": scripts({ test: 'echo "Error: no test specified" && exit 1', build: "tsc" }),
  }, { build: "npm run build", source: "package.json" }],
  ["npm with an empty script", { "package.json": scripts({ test: " " }) }, {
    source: "package.json",
  }],
  ["npm with odd scripts", { "package.json": '{"scripts":{"test":7,"build":null}}' }, {
    source: "package.json",
  }],
  ["npm, not JSON", { "package.json": "{" }, { source: "package.json" }],
  ["npm, a list", { "package.json": "[1]" }, { source: "package.json" }],
  ["pnpm", { "package.json": scripts({ test: "x", lint: "y" }), "pnpm-lock.yaml": "" }, {
    test: "pnpm test",
    lint: "pnpm run lint",
    source: "package.json",
  }],
  ["yarn", { "package.json": scripts({ test: "x" }), "yarn.lock": "" }, {
    test: "yarn test",
    source: "package.json",
  }],
  ["bun", { "package.json": scripts({ test: "x" }), "bun.lock": "" }, {
    test: "bun run test",
    source: "package.json",
  }],
  ["a declared package manager beats a lock file", {
    "package.json": JSON.stringify({ packageManager: "pnpm@9.1.0", scripts: { test: "x" } }),
    "yarn.lock": "",
  }, { test: "pnpm test", source: "package.json" }],
  ["an unknown package manager", {
    "package.json": JSON.stringify({ packageManager: "rm -rf /@1", scripts: { test: "x" } }),
  }, { test: "npm test", source: "package.json" }],

  ["deno without tasks", { "deno.json": "{}" }, {
    test: "deno test",
    lint: "deno lint",
    source: "deno.json",
  }],
  ["deno with tasks, comments and trailing commas", {
    "deno.jsonc":
      '{\n // "test": no\n "tasks": { /* x */ "test": {"command": "deno test -A"}, "build": "a//b,}", },\n}',
  }, {
    test: "deno task test",
    build: "deno task build",
    lint: "deno lint",
    source: "deno.jsonc",
  }],
  ["a package.json with tests goes before deno", {
    "package.json": scripts({ test: "x" }),
    "deno.json": '{"tasks":{"test":"y"}}',
  }, { test: "npm test", source: "package.json" }],
  ["a package.json without tests does not", { "package.json": "{}", "deno.json": "{}" }, {
    test: "deno test",
    lint: "deno lint",
    source: "deno.json",
  }],

  ["cargo", { "Cargo.toml": "[package]" }, {
    test: "cargo test",
    build: "cargo build",
    lint: "cargo clippy",
    source: "Cargo.toml",
  }],
  ["cargo beside a package.json for tools", { "Cargo.toml": "", "package.json": "{}" }, {
    test: "cargo test",
    build: "cargo build",
    lint: "cargo clippy",
    source: "Cargo.toml",
  }],
  ["go", { "go.mod": "module x" }, {
    test: "go test ./...",
    build: "go build ./...",
    lint: "go vet ./...",
    source: "go.mod",
  }],

  ["python by pyproject", { "pyproject.toml": "[project]\nname='x'" }, {
    test: "pytest",
    source: "pyproject.toml",
  }],
  ["python by setup.py", { "setup.py": "" }, { test: "pytest", source: "setup.py" }],
  ["python by requirements", { "requirements.txt": "flask\n" }, {
    test: "pytest",
    source: "requirements.txt",
  }],
  ["python with uv and ruff", { "pyproject.toml": "[tool.ruff]\n[tool.pytest]", "uv.lock": "" }, {
    test: "uv run pytest",
    lint: "uv run ruff check",
    source: "pyproject.toml",
  }],
  ["python with poetry", { "pyproject.toml": "", "poetry.lock": "" }, {
    test: "poetry run pytest",
    source: "pyproject.toml",
  }],
  ["python by conftest alone", { "conftest.py": "" }, { test: "pytest", source: "conftest.py" }],
  ["python with tests goes before make", {
    "setup.py": "",
    "tests/test_x.py": "",
    "Makefile": "test:\n\tpytest\n",
  }, { test: "pytest", source: "setup.py" }],
  ["make with tests goes before a python project without", {
    "setup.py": "",
    "Makefile": "test:\n\t./run\n",
  }, { test: "make test", source: "Makefile" }],

  ["python with unittest in the root", { "test_x.py": "import unittest\n", "x.py": "" }, {
    test: "python3 -m unittest",
    source: "test_x.py",
  }],
  ["python with unittest in a folder", { "tests/test_x.py": "from unittest import TestCase\n" }, {
    test: "python3 -m unittest discover -s tests",
    source: "tests/test_x.py",
  }],
  ["python with unittest in a package", {
    "tests/__init__.py": "",
    "tests/test_x.py": "import unittest\n",
  }, { test: "python3 -m unittest", source: "tests/test_x.py" }],
  ["python with unittest beside pytest is not certain", {
    "tests/test_x.py": "import unittest\n",
    "tests/test_y.py": "import pytest\n",
  }, { source: "none" }],
  ["python with tests of another kind", { "test_x.py": "def test_it(): pass\n" }, {
    source: "none",
  }],
  ["make with tests goes before unittest", {
    "Makefile": "test:\n\t./run\n",
    "test_x.py": "import unittest\n",
  }, { test: "make test", source: "Makefile" }],

  ["make", { "Makefile": ".PHONY: test\nall: x\ntest: all\n\t./t\nlint:\n\t./l\n" }, {
    test: "make test",
    build: "make all",
    lint: "make lint",
    source: "Makefile",
  }],
  ["make with several targets in a rule", { "makefile": "build test::\n\tx\n" }, {
    test: "make test",
    build: "make build",
    source: "makefile",
  }],
  ["make check", { "GNUmakefile": "check:\n\tx\n" }, { test: "make check", source: "GNUmakefile" }],
  ["make without such a target", {
    "Makefile": ".PHONY: test\ntest := 1\nX = test:\ntests-all:\n\ttest: no\n# test:\n",
  }, { source: "Makefile" }],
  ["just", { "justfile": "set shell := ['sh']\ntest *args: build\n  x\nbuild:\n  y\n" }, {
    test: "just test",
    build: "just build",
    source: "justfile",
  }],
  ["just with a variable called test", { "justfile": "test := 'x'\n" }, { source: "justfile" }],

  ["cmake with tests", { "CMakeLists.txt": "project(x)\nenable_testing()\n" }, {
    test:
      "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure",
    build: "cmake -S . -B build && cmake --build build",
    source: "CMakeLists.txt",
  }],
  ["cmake without tests", { "CMakeLists.txt": "# enable_testing()\n" }, {
    build: "cmake -S . -B build && cmake --build build",
    source: "CMakeLists.txt",
  }],
  ["maven", { "pom.xml": "" }, {
    test: "mvn test",
    build: "mvn package -DskipTests",
    source: "pom.xml",
  }],
  ["gradle with its wrapper", { "build.gradle.kts": "", "gradlew": "", "gradlew.bat": "" }, {
    test: "./gradlew test",
    build: "./gradlew assemble",
    source: "build.gradle.kts",
  }],
  ["dotnet", { "b.csproj": "", "a.sln": "" }, {
    test: "dotnet test",
    build: "dotnet build",
    source: "a.sln",
  }],
  ["elixir", { "mix.exs": "" }, { test: "mix test", build: "mix compile", source: "mix.exs" }],
  ["composer", { "composer.json": scripts({ test: "phpunit" }) }, {
    test: "composer test",
    source: "composer.json",
  }],
  ["phpunit", { "composer.json": "{}", "phpunit.xml.dist": "" }, {
    test: "vendor/bin/phpunit",
    source: "composer.json",
  }],
  ["rspec", { "Gemfile": "", "spec/": "" }, { test: "bundle exec rspec", source: "Gemfile" }],
  ["flutter", { "pubspec.yaml": "dependencies:\n  flutter:\n    sdk: flutter\n" }, {
    test: "flutter test",
    lint: "flutter analyze",
    source: "pubspec.yaml",
  }],
  [
    "folders with the names of files",
    { "package.json/": "", "Makefile/": "", "pubspec.yaml/": "" },
    {
      source: "none",
    },
  ],
];

for (const [title, files, expected] of CASES) {
  Deno.test(`detect commands: ${title}`, async () => {
    assert.deepEqual(await detect(files), expected);
  });
}

Deno.test("detect commands: wrappers as Windows calls them", async () => {
  const files = { "pom.xml": "", "mvnw": "", "mvnw.cmd": "" };
  assert.equal((await detect(files, true)).test, "mvnw test");
  assert.equal((await detect({ "pom.xml": "", "mvnw": "" }, true)).test, "mvn test");
});

Deno.test("detect commands: a root that does not exist has none", () => {
  assert.deepEqual(detectCommands("/nonexistent/root"), { source: "none" });
});
