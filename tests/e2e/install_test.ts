/**
 * `install.sh` over the shells and tools it may meet, against a server on loopback: what is good is
 * installed, and whatever is wrong with a release installs nothing.
 */
import assert from "node:assert/strict";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  FULL,
  type Machine,
  missingOf,
  Place,
  Releases,
  TARGET,
} from "../harness/installer_machine.ts";
import { answering, FileServer, writeSums } from "../harness/small_release.ts";

const MACHINES: readonly Machine[] = [
  { name: "dash", shell: ["dash"], programs: FULL },
  { name: "bash", shell: ["bash"], programs: FULL },
  { name: "zsh", shell: ["zsh"], programs: FULL },
  { name: "busybox sh", shell: ["busybox", "sh"], programs: FULL },
  {
    name: "dash, wget, shasum, no zstd",
    shell: ["dash"],
    programs: ["wget", "shasum", "openssl", "gunzip"],
  },
  {
    name: "bash, ssh-keygen only",
    shell: ["bash"],
    programs: ["curl", "sha256sum", "ssh-keygen", "gunzip"],
  },
  {
    name: "dash, openssl is all for sums too",
    shell: ["dash"],
    programs: ["curl", "openssl", "zstd"],
  },
  {
    name: "busybox, nothing to check signatures",
    shell: ["busybox", "sh"],
    programs: ["curl"],
    busybox: true,
  },
  { name: "busybox and nothing else", shell: ["busybox", "sh"], programs: [], busybox: true },
];

/** Something wrong with a mirror. */
interface Harm {
  readonly name: string;
  readonly do: (folder: string, releases: Releases) => void | Promise<void>;
  /** What the installer says. */
  readonly says: RegExp;
}

const packed = (folder: string) =>
  readdirSync(folder).filter((name) => name.includes(TARGET)).map((name) => join(folder, name));

const change = (file: string) => {
  const data = readFileSync(file);
  data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, data);
};

/** What can be wrong with the files of the script's own release. */
const FILE_HARMS: readonly Harm[] = [
  {
    name: "a changed executable",
    do: (folder) => packed(folder).forEach(change),
    says: /its SHA-256 differs/,
  },
  {
    name: "a truncated executable",
    do: (folder) => packed(folder).forEach((file) => truncateSync(file, 100)),
    says: /its SHA-256 differs/,
  },
  {
    name: "an empty executable",
    do: (folder) => packed(folder).forEach((file) => truncateSync(file, 0)),
    says: /its SHA-256 differs/,
  },
  {
    name: "a missing executable",
    do: (folder) => packed(folder).forEach((file) => rmSync(file)),
    says: /cannot download/,
  },
  {
    name: "the executable of an older release under the new name",
    do: (folder, releases) => {
      for (const file of packed(releases.folder("1.1.0"))) {
        cpSync(file, file.replace(releases.folder("1.1.0"), folder).replaceAll("1.1.0", "1.3.0"));
      }
    },
    says: /its SHA-256 differs/,
  },
];

const BAD = /the signature of \S+ is bad/;

/** What else can be wrong when another release than the script's own is asked for. */
const SIGNED_HARMS: readonly Harm[] = [
  ...FILE_HARMS,
  {
    name: "changed sums",
    do: (folder) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeFileSync(
        join(folder, "SHA256SUMS"),
        text.replace(/^[0-9a-f]/m, (digit) => digit === "0" ? "1" : "0"),
      );
    },
    says: BAD,
  },
  {
    name: "truncated sums",
    do: (folder) => truncateSync(join(folder, "SHA256SUMS"), 40),
    says: BAD,
  },
  { name: "empty sums", do: (folder) => truncateSync(join(folder, "SHA256SUMS"), 0), says: BAD },
  {
    name: "missing sums",
    do: (folder) => rmSync(join(folder, "SHA256SUMS")),
    says: /cannot download/,
  },
  {
    name: "empty signatures",
    do: (folder) => {
      truncateSync(join(folder, "SHA256SUMS.sig"), 0);
      truncateSync(join(folder, "SHA256SUMS.sshsig"), 0);
    },
    says: BAD,
  },
  {
    name: "missing signatures",
    do: (folder) => {
      rmSync(join(folder, "SHA256SUMS.sig"));
      rmSync(join(folder, "SHA256SUMS.sshsig"));
    },
    says: /cannot check the signature of the release/,
  },
  {
    name: "changed signatures",
    do: (folder) => {
      change(join(folder, "SHA256SUMS.sig"));
      change(join(folder, "SHA256SUMS.sshsig"));
    },
    says: BAD,
  },
  {
    name: "the signatures of another release",
    do: (folder, releases) => {
      for (const name of ["SHA256SUMS.sig", "SHA256SUMS.sshsig"]) {
        cpSync(join(releases.folder("1.1.0"), name), join(folder, name));
      }
    },
    says: BAD,
  },
  {
    name: "signatures by another key",
    do: (folder, releases) =>
      writeSums(folder, readFileSync(join(folder, "SHA256SUMS"), "utf8"), releases.otherKeys),
    says: BAD,
  },
  {
    name: "sums of another program",
    do: (folder, releases) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeSums(folder, text.replace("# orchestrator 1.3.0", "# conductor 1.3.0"), releases.keys);
    },
    says: /does not say which release/,
  },
  {
    name: "an executable that is not the one in the sums",
    do: (folder, releases) => {
      const text = readFileSync(join(folder, "SHA256SUMS"), "utf8");
      writeSums(folder, text.replace(/executable [0-9a-f]{4}/, "executable 0000"), releases.keys);
    },
    says: /the executable in \S+ is not what was published/,
  },
];

const releases = new Releases();
globalThis.addEventListener("unload", () => releases[Symbol.dispose]());
await Promise.all(["1.1.0", "1.2.0", "1.3.0"].map((version) => releases.make(version)));

/** A copy of a release with something wrong. */
async function harmed(version: string, harm: Harm): Promise<string> {
  const folder = mkdtempSync(join(releases.top, "harmed-"));
  cpSync(releases.folder(version), folder, { recursive: true });
  await harm.do(folder, releases);
  return folder;
}

for (const machine of MACHINES) {
  const missing = missingOf(machine);
  const checksSignatures = machine.programs.includes("openssl") ||
    machine.programs.includes("ssh-keygen");
  Deno.test({
    name: `install.sh on ${machine.name}${
      missing.length > 0 ? ` (skipped: no ${missing.join()})` : ""
    }`,
    ignore: missing.length > 0 || Deno.build.os !== "linux",
    fn: async (t) => {
      const script = join(releases.folder("1.2.0"), "install.sh");
      await t.step("installs its own release, and is a no-op the second time", async () => {
        using place = new Place(machine);
        await using server = new FileServer(releases.folder("1.2.0"));
        const base = await server.listen();
        const first = await place.run(script, [], { ORCHESTRATOR_BASE_URL: base });
        assert.equal(first.code, 0, first.stderr);
        assert.equal(first.stdout, "");
        assert.equal(place.installed, new TextDecoder().decode(answering("1.2.0", TARGET)));
        assert.equal(statSync(join(place.bin, "orchestrator")).mode & 0o777, 0o755);
        assert.deepEqual(place.left, [".bashrc"]);
        assert.deepEqual(server.asked.length, 1, server.asked.join());
        const again = await place.run(script, [], { ORCHESTRATOR_BASE_URL: base });
        assert.equal(again.code, 0, again.stderr);
        assert.match(again.stderr, /already installed/);
        assert.equal(server.asked.length, 1, "nothing is downloaded");
        const gone = await place.run(script, ["--uninstall"]);
        assert.equal(gone.code, 0, gone.stderr);
        assert.equal(place.installed, null);
        assert.equal(readFileSync(join(place.home, ".bashrc"), "utf8"), "");
      });

      for (const harm of FILE_HARMS) {
        await t.step(`its own release: ${harm.name} installs nothing`, async () => {
          using place = new Place(machine);
          const own = join(releases.folder("1.3.0"), "install.sh");
          await using server = new FileServer(await harmed("1.3.0", harm));
          const base = await server.listen();
          const result = await place.run(own, ["--unsigned", "--base-url", base]);
          assert.equal(result.code, 1, result.stderr);
          assert.match(result.stderr, harm.says);
          assert.deepEqual(readdirSync(place.home), [], "nor is a folder left");
        });
      }

      if (!checksSignatures) {
        await t.step("another release is refused, as its signature cannot be checked", async () => {
          using place = new Place(machine);
          const newer = releases.folder("1.3.0");
          const refused = await place.run(script, ["--version", "latest", "--base-url", newer]);
          assert.equal(refused.code, 1);
          assert.match(
            refused.stderr,
            /cannot check the signature of the release: there is neither/,
          );
          assert.equal(place.installed, null);
          const accepted = await place.run(script, ["--version", "latest", "--base-url", newer], {
            ORCHESTRATOR_UNSIGNED: "1",
          });
          assert.equal(accepted.code, 0, accepted.stderr);
          assert.match(accepted.stderr, /warning: the signature of the release was not checked/);
          assert.match(place.installed ?? "", /orchestrator 1\.3\.0/);
        });
        return;
      }

      await t.step("a newer release is verified and installed", async () => {
        using place = new Place(machine);
        await using server = new FileServer(releases.folder("1.3.0"));
        const base = await server.listen();
        const result = await place.run(script, ["--version", "latest", "--base-url", base]);
        assert.equal(result.code, 0, result.stderr);
        assert.match(result.stderr, /The signature of the release is good/);
        assert.match(place.installed ?? "", /orchestrator 1\.3\.0/);
      });

      for (const harm of SIGNED_HARMS) {
        await t.step(`a newer release: ${harm.name} installs nothing`, async () => {
          using place = new Place(machine);
          await using server = new FileServer(await harmed("1.3.0", harm));
          const base = await server.listen();
          // What is bad stays refused, whatever is accepted without a signature.
          const args = harm.name === "missing signatures" ? [] : ["--unsigned"];
          const result = await place.run(script, [
            "--version",
            "latest",
            "--base-url",
            base,
            ...args,
          ]);
          assert.equal(result.code, 1, result.stderr);
          assert.match(result.stderr, harm.says);
          assert.equal(place.installed, null);
          assert.deepEqual(place.left, []);
        });
      }

      await t.step(
        "an older release that is given as the newest is refused, by name it is not",
        async () => {
          using place = new Place(machine);
          await using server = new FileServer(releases.folder("1.1.0"));
          const base = await server.listen();
          const replayed = await place.run(script, ["--version", "latest", "--base-url", base]);
          assert.equal(replayed.code, 1);
          assert.match(replayed.stderr, /the newest release there is 1\.1\.0, older than 1\.2\.0/);
          assert.equal(place.installed, null);
          const other = await place.run(script, ["--version", "1.3.0", "--base-url", base]);
          assert.match(other.stderr, /has release 1\.1\.0, not 1\.3\.0/);
          assert.equal(place.installed, null);
          const named = await place.run(script, ["--version", "v1.1.0", "--base-url", base]);
          assert.equal(named.code, 0, named.stderr);
          assert.match(place.installed ?? "", /orchestrator 1\.1\.0/);
        },
      );
    },
  });
}
