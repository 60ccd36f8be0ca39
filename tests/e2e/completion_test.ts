/**
 * Shell completion in the shells themselves: bash is asked as its own completion would ask, zsh in a
 * pseudo-terminal of its own, fish by `complete -C`. PowerShell is not run; what can be said of its
 * script without it stands in `tests/unit/cli/completion_test.ts`.
 */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const WORKFLOW = `
name: Small
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: write_plan, name: Write the plan }
      - { id: look, name: Look around }
`;

/** Longer than any of these takes. */
const LIMIT_MS = 30_000;

/** A project with a session, in which `orchestrator` is on the PATH. */
class Place implements Disposable {
  readonly scratch: Scratch = new Scratch({
    "workflow.yaml": WORKFLOW,
    "flow.yaml": "",
    "flow two.yaml": "",
  });
  readonly env: Readonly<Record<string, string>>;

  private constructor(program: string) {
    const bin = join(this.scratch.top, "bin");
    mkdirSync(bin);
    symlinkSync(program, join(bin, "orchestrator"));
    const env = scratchEnvironment(this.scratch, { LC_ALL: "C.UTF-8", TERM: "xterm" });
    this.env = { ...env, PATH: `${bin}:${env["PATH"] ?? ""}` };
    mkdirSync(this.scratch.path("flows"));
  }

  static async make(): Promise<Place> {
    const place = new Place(await executable());
    await place.run("orchestrator", "start", "Add a login", "--name", "login form");
    return place;
  }

  /** Runs a program until it ends; stdout. It must say nothing on stderr. */
  async run(program: string, ...argv: string[]): Promise<string> {
    // What hangs is ended: a pseudo-terminal can wait for ever.
    const limit = ["-k", "5", String(LIMIT_MS / 1000), program, ...argv];
    const { code, stdout, stderr } = await runProcess("timeout", limit, {
      cwd: this.scratch.root,
      env: this.env,
    });
    assert.equal(code, 0, stderr + stdout);
    assert.equal(stderr, "");
    return stdout;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

function missing(...programs: string[]): boolean {
  const absent = programs.filter((program) => {
    try {
      return !new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" })
        .outputSync().success;
    } catch {
      return true;
    }
  });
  const names = [...absent, ...(executableAvailable ? [] : ["an executable"])];
  if (names.length > 0) console.log(`skipped: completion that needs ${names.join(" and ")}`);
  return names.length > 0;
}

/** Asks bash's completion function what its words could end in. */
const ASK_BASH = String.raw`
set -u
eval "$(orchestrator completions bash)"
read -r _ _ function _ < <(complete -p orchestrator)
COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
COMP_LINE=$1
COMP_POINT=${"$"}{#COMP_LINE}
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function" "$1" "${"$"}{COMP_WORDS[COMP_CWORD]}" "${"$"}{COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${"$"}{COMPREPLY[@]+"${"$"}{COMPREPLY[@]}"}"
`;

Deno.test({
  name: "bash completes commands, values and files",
  ignore: missing("bash", "timeout"),
  fn: async (test) => {
    using place = await Place.make();
    /** `words`: the line as bash takes it apart. */
    const ask = async (line: string, ...words: string[]) => {
      const out = await place.run("bash", "--norc", "-c", ASK_BASH, "bash", line, ...words);
      return out.split("\n").filter((row) => row !== "").sort();
    };
    const o = "orchestrator";
    const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      [`${o} st`, [o, "st"], ["start", "state", "status"]],
      [`${o} session l`, [o, "session", "l"], ["list"]],
      [`${o} complete `, [o, "complete", ""], ["look", "write_plan"]],
      [`${o}  --json   complete wr`, [o, "--json", "complete", "wr"], ["write_plan"]],
      [`${o} skip x --rea`, [o, "skip", "x", "--rea"], ["--reason"]],
      // What needs quotes gets them; what is quoted already does not.
      [`${o} session use lo`, [o, "session", "use", "lo"], ["login\\ form"]],
      [`${o} session use 'lo`, [o, "session", "use", "'lo"], ["login form"]],
      // Bash breaks words at = and @, and replaces only what stands behind =.
      [`${o} --session=lo`, [o, "--session", "=", "lo"], ["login\\ form"]],
      [`${o} --session=`, [o, "--session", "="], ["login\\ form"]],
      [`${o} complete x -e @fl`, [o, "complete", "x", "-e", "@", "fl"], [
        "@flow.yaml",
        "@flow\\ two.yaml",
        "@flows/",
      ]],
      [`${o} start -w flow.`, [o, "start", "-w", "flow."], ["flow.yaml"]],
      [`${o} start --workflow=flow.`, [o, "start", "--workflow", "=", "flow."], ["flow.yaml"]],
      [`${o} -C fl`, [o, "-C", "fl"], ["flows"]],
      [`${o} -C flows complete lo`, [o, "-C", "flows", "complete", "lo"], []],
      [`${o} note x`, [o, "note", "x"], []],
      [`${o} nonsense `, [o, "nonsense", ""], []],
    ];
    for (const [line, words, expected] of cases) {
      await test.step(line, async () => {
        assert.deepEqual(await ask(line, ...words), expected.toSorted());
      });
    }
    await test.step("a program that is not there", async () => {
      assert.deepEqual(await ask("/nowhere/orchestrator st", "/nowhere/orchestrator", "st"), []);
    });
    await test.step("a program under its own path", async () => {
      const path = join(place.scratch.top, "bin", "orchestrator");
      assert.deepEqual(await ask(`${path} statu`, path, "statu"), ["status"]);
    });
  },
});

/** Types lines and TAB into a zsh of its own; prints each match that its completion adds. */
const ASK_ZSH = String.raw`
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "source $1 && print REA''DY"
zpty -r z out '*READY*'
shift
for line in "$@"; do
    zpty -w -n z "$line"$'\t'
    zpty -r z out '*<END>*'
    print -r -- "line:$line"
    print -r -- "${"$"}{out//$'\r'/}"
    # Now the same line as people see it, with what each match means.
    if [[ $line == *sta ]]; then
        zpty -r z out '*-- Show the state of*'
        print -r -- "${"$"}{out//$'\r'/}"
    fi
    zpty -w -n z $'\C-u'
done
zpty -d z
`;

const SET_UP_ZSH = String.raw`
PROMPT=
LISTMAX=1000
autoload -Uz compinit
compinit -D -u
source <(orchestrator completions zsh)
bindkey -e
bindkey '^I' complete-word
# Zsh forgets the function at each completion.
end-list() { comppostfuncs=(end-list); print -r -- '<END>' }
comppostfuncs=(end-list)
compadd() {
    if [[ ${"$"}{@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits P
    zparseopts -E P:=P
    builtin compadd -A hits "$@"
    (( $#hits )) && print -rl -- "" "hit:${"$"}{P[2]}"$^hits
    builtin compadd "$@"
}
`;

Deno.test({
  name: "zsh completes commands, values and files",
  ignore: missing("zsh", "timeout"),
  fn: async (test) => {
    using place = await Place.make();
    const o = "orchestrator";
    const cases: Readonly<Record<string, readonly string[]>> = {
      [`${o} sta`]: ["start", "state", "status"],
      [`${o} session --json l`]: ["list"],
      [`${o} complete `]: ["look", "write_plan"],
      [`${o} skip x --rea`]: ["--reason"],
      [`${o} session use lo`]: ["login\\ form"],
      [`${o} session use "lo`]: ["login form"],
      [`${o} --session=lo`]: ["--session=login\\ form"],
      [`${o} complete x -e @flow.`]: ["flow.yaml"],
      [`${o} complete x -e `]: ["@flow.yaml", "@flow\\ two.yaml", "@flows", "@workflow.yaml"],
      [`${o} start --workflow=flow.`]: ["flow.yaml"],
      [`${o} -C fl`]: ["flows"],
      [`${o} note x`]: [],
    };
    const setUp = join(place.scratch.top, "setup.zsh");
    writeFileSync(setUp, SET_UP_ZSH);
    const out = await place.run("zsh", "-f", "-c", ASK_ZSH, "zsh", setUp, ...Object.keys(cases));
    const found = new Map<string, Set<string>>();
    for (const row of out.split("\n")) {
      if (row.startsWith("line:")) found.set(row.slice("line:".length), new Set());
      // A directory is added twice where files are asked for as well.
      else if (row.startsWith("hit:")) [...found.values()].at(-1)?.add(row.slice("hit:".length));
    }
    for (const [line, expected] of Object.entries(cases)) {
      await test.step(line, () => {
        assert.deepEqual([...found.get(line) ?? []].sort(), expected.toSorted(), out);
      });
    }
    await test.step("with what they mean", () => {
      assert.match(out, /start +-- Start a session for a task/);
    });
  },
});

Deno.test({
  name: "fish completes commands, values and files",
  ignore: missing("fish", "timeout"),
  fn: async (test) => {
    using place = await Place.make();
    const o = "orchestrator";
    const status = "status\tShow the state of the session and the next step";
    const cases: Readonly<Record<string, readonly (string | RegExp)[]>> = {
      [`${o} st`]: [
        "start\tStart a session for a task",
        "state\tpush, pull, status, log, restore, adopt, compact",
        status,
      ],
      [`${o} session --json l`]: ["list\tList all sessions, newest first"],
      [`${o} complete `]: ["look\tLook around", "write_plan\tWrite the plan"],
      [`${o} session use lo`]: [/^login form\t\w+: Add a login$/],
      [`${o} session use "lo`]: [/^login form\t\w+: Add a login$/],
      [`${o} --session=lo`]: [/^--session=login form\t\w+: Add a login$/],
      [`${o} complete x -e @flow.`]: ["@flow.yaml"],
      [`${o} start --workflow=flow.`]: ["--workflow=flow.yaml"],
      [`${o} -C fl`]: [/^flows\/\t/],
      [`${o} note x`]: [],
    };
    const script = `orchestrator completions fish | source
for line in $argv
    echo "line:$line"
    complete -C "$line"
end`;
    const out = await place.run("fish", "--no-config", "-c", script, ...Object.keys(cases));
    const answers = out.split(/^line:/m).slice(1).map((part) => part.trimEnd().split("\n"));
    for (const [index, [line, expected]] of Object.entries(cases).entries()) {
      await test.step(line, () => {
        const [asked, ...found] = answers[index] ?? [];
        assert.equal(asked, line);
        assert.equal(found.length, expected.length, found.join("\n"));
        for (const [place, entry] of found.toSorted().entries()) {
          const wanted = expected[place] ?? "";
          if (typeof wanted === "string") assert.equal(entry, wanted);
          else assert.match(entry, wanted);
        }
      });
    }
  },
});
