/** A project to be examined: in a place of its own, with every surrounding given. */
import assert from "node:assert/strict";
import { shownPath } from "../../../src/project/shown_path.ts";
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import type { ConfigFile } from "../../../src/config/read_file.ts";
import type { Check } from "../../../src/doctor/check.ts";
import { CHECKS } from "../../../src/doctor/checks/mod.ts";
import { type CheckReport, examine } from "../../../src/doctor/doctor.ts";
import { Examination, type ExaminationOptions } from "../../../src/doctor/examination.ts";
import { REAL_SYSTEM, type System } from "../../../src/doctor/system.ts";
import { goneFromHere, lostHere } from "../../../src/app/witness.ts";
import { readRepositoryMeta } from "../../../src/project/identity.ts";
import { OrchestratorPaths, userConfigFiles } from "../../../src/project/paths.ts";
import { Redactor } from "../../../src/secrets/redact.ts";
import { SecretStore } from "../../../src/secrets/store.ts";
import { findSession } from "../../../src/session/resolve.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { type Result, runInProcess, runProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

/** A workflow whose commands exist everywhere. */
export const WORKFLOW = `format: 2
name: Tiny
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: plan, name: Write the plan }
  - id: DONE
    name: Done
    items:
      - { id: done, name: Look at it }
`;

/** A project, its surroundings, and what a scenario changes of them. */
export class World implements Disposable {
  readonly scratch = new Scratch();
  readonly env: Record<string, string>;
  system: System = REAL_SYSTEM;
  now = new Date();
  deep = false;
  offline = false;
  home: string | undefined = this.scratch.home;
  /** The session that {@link start} made last. */
  session = "";

  constructor() {
    // The tester's own copies of this program are none of the world's.
    const path = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) =>
      folder !== "" &&
      !["", ".exe", ".cmd"].some((end) =>
        statSync(join(folder, `orchestrator${end}`), { throwIfNoEntry: false }) !== undefined
      )
    );
    this.env = scratchEnvironment(this.scratch, { PATH: path.join(delimiter) });
  }

  get root(): string {
    return this.scratch.root;
  }

  /** Absolute path below the state directory. */
  state(...parts: readonly string[]): string {
    return join(this.root, ".orchestrator", ...parts);
  }

  /** Absolute path below the folder of the session that was started last. */
  ofSession(...parts: readonly string[]): string {
    return this.state("sessions", this.session, ...parts);
  }

  /** Writes a file, making its folders. `path` is absolute. */
  write(path: string, text: string, mode?: number): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (mode !== undefined) chmodSync(path, mode);
  }

  /** Changes a file, with another time of change. */
  edit(path: string, change: (text: string) => string): void {
    const text = readFileSync(path, "utf8");
    const changed = change(text);
    assert.notEqual(changed, text, "the edit changes nothing");
    writeFileSync(path, changed);
    const later = new Date(Date.now() + 5000);
    utimesSync(path, later, later);
  }

  /** Writes a secret as it should be kept. */
  secret(name: string, value: string): void {
    this.write(this.state("secrets", name), value, 0o600);
    chmodSync(this.state("secrets"), 0o700);
  }

  /** Runs the program. */
  async run(...argv: readonly string[]): Promise<Result> {
    return await runInProcess(argv, { cwd: this.root, env: this.env, now: this.now });
  }

  /** Runs the program, which must succeed. */
  async done(...argv: readonly string[]): Promise<Result> {
    const result = await this.run(...argv);
    assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
    return result;
  }

  async git(...argv: readonly string[]): Promise<void> {
    const result = await runProcess("git", argv, { cwd: this.root, env: this.env });
    assert.equal(result.code, 0, result.stderr);
  }

  async init(...argv: readonly string[]): Promise<void> {
    if (!this.scratch.exists("workflow.yaml")) this.scratch.write("workflow.yaml", WORKFLOW);
    await this.done("init", ...argv);
  }

  async start(task = "Add login"): Promise<string> {
    const result = await this.done("start", task, "--json");
    this.session = JSON.parse(result.stdout).data.session;
    assert.match(this.session, /^[a-z2-7]{13}$/);
    return this.session;
  }

  get paths(): OrchestratorPaths {
    return new OrchestratorPaths(this.root, "marker", this.home);
  }

  manager(): SessionManager {
    return new SessionManager({
      backend: new FileBackend(this.paths.stateDirectory),
      actor: () => ({ kind: "person", name: "anna" }),
      now: () => this.now,
      lockTimeoutMs: 0,
      warn: () => {},
    });
  }

  /** What is said to take the state away, and how much of each session is elsewhere. */
  takenBy: readonly string[] = [];
  elsewhere = 1000;

  #asking() {
    const { paths } = this;
    const meta = readRepositoryMeta(paths.metaFile);
    return { paths, meta, manager: this.manager(), io: { now: () => this.now } };
  }

  examination(more: Partial<ExaminationOptions> = {}): Examination {
    const { paths, env, home } = this;
    const configFiles: ConfigFile[] = [
      ...userConfigFiles(home, env["XDG_CONFIG_HOME"]).map(({ path, old }) => ({
        layer: "global" as const,
        path,
        shown: shownPath(paths, path),
        old,
      })),
      { layer: "repository", path: paths.config, shown: ".orchestrator/config.yaml" },
    ];
    const config = loadConfig({ files: configFiles, env, flags: [] });
    const ageKeys = async () => ({
      identityFile: (await config).get("secrets.identity"),
      passphrase: async () => (await config).get("secrets.passphrase"),
    });
    return new Examination({
      paths,
      manager: this.manager(),
      config: () => config,
      configFiles,
      ageKeys,
      workflowFile: async () => {
        const name = (await config).require("workflow", "look at the workflow");
        return { path: join(this.root, name), shown: name };
      },
      requiredSecrets: async () =>
        new Map((await config).get("secrets.required").map((name) => [name, "the test"])),
      secrets: async () =>
        new SecretStore({
          root: this.root,
          id: null,
          cache: null,
          repo: null,
          files: { paths: [], problem: null, programs: true },
          repository: paths.secrets,
          global: paths.userSecrets ?? null,
          globalHere: null,
          home: home ?? null,
          env,
          order: (await config).get("secrets.order"),
          declared: (await config).get("secrets.required"),
          keys: await ageKeys(),
          password: () => Promise.resolve(null),
          redactor: new Redactor(),
          shown: (path) => shownPath(paths, path),
          warn: () => {},
        }),
      remembered: {
        lost: (loaded) => lostHere(this.#asking(), loaded),
        gone: () => goneFromHere(this.#asking()),
      },
      protection: () =>
        Promise.resolve({
          takenBy: this.takenBy,
          elsewhere: this.elsewhere,
          where: "on branch x",
          argv: ["state", "push"],
        }),
      sessionNamed: (name) => findSession(this.manager(), name),
      system: this.system,
      env,
      home,
      cwd: this.root,
      now: () => this.now,
      toolVersion: "0.1.0",
      deep: this.deep,
      offline: this.offline,
      ...more,
    });
  }

  /** What some checks say. */
  async look(
    checks: readonly Check[],
    options: { readonly fix?: boolean; readonly dryRun?: boolean } = {},
  ): Promise<readonly CheckReport[]> {
    return await examine(checks, this.examination(), {
      fix: options.fix ?? false,
      dryRun: options.dryRun ?? false,
      again: () => this.examination(),
    });
  }

  /** What one check says. */
  async lookAt(
    id: string,
    options: { readonly fix?: boolean; readonly dryRun?: boolean } = {},
  ): Promise<CheckReport> {
    const [report] = await this.look([checkNamed(id)], options);
    assert.ok(report !== undefined);
    return report;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** A check by its id. */
export function checkNamed(id: string): Check {
  const check = CHECKS.find((candidate) => candidate.id === id);
  assert.ok(check !== undefined, `there is no check ${id}`);
  return check;
}
