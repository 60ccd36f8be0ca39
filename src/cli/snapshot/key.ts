/**
 * Where the password of a snapshot comes from: a file, the configuration (with its variable
 * `ORCHESTRATOR_SNAPSHOT_PASSWORD`), or a prompt on the terminal. Never the command line.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { readGivenText } from "../../platform/given_file.ts";
import { type Key, readIdentities, requireStrongPassword } from "../../snapshot/encryption.ts";
import type { Limits } from "../../snapshot/limits.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { say } from "../output/shown.ts";

/** What opens a snapshot that is read. */
export async function openingKey(
  context: Context,
  input: Input,
  needed: "password" | "identities",
): Promise<Key> {
  if (needed === "password") return { password: await password(context, input, false) };
  const identities = input.options("identity").flatMap((file) =>
    readIdentities(readText(context, file))
  );
  if (identities.length > 0) return { identities };
  throw new OrchestratorError(
    "missing_argument",
    "Cannot open snapshot: it is encrypted to an age recipient, and no identity is given",
    { hint: "Add --identity FILE with the file that age-keygen wrote" },
  );
}

/** What encrypts a snapshot; undefined when it is not to be encrypted. */
export async function lockingKey(context: Context, input: Input): Promise<Key | undefined> {
  const recipients = input.options("recipient");
  if (recipients.length > 0) {
    if (input.has("encrypt") || input.has("password-file")) {
      throw new OrchestratorError(
        "invalid_argument",
        "Cannot encrypt snapshot: a password and recipients cannot be used together",
      );
    }
    const { checkRecipients } = await import("../../snapshot/encryption.ts");
    await checkRecipients(recipients);
    return { recipients };
  }
  if (!input.has("encrypt")) {
    if (!input.has("password-file")) return undefined;
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot use --password-file without --encrypt",
      { hint: "Add --encrypt" },
    );
  }
  const chosen = await password(context, input, true);
  requireStrongPassword(chosen);
  return { password: chosen };
}

async function password(context: Context, input: Input, twice: boolean): Promise<string> {
  const file = input.option("password-file");
  if (file !== undefined) {
    const [line = ""] = readText(context, file).split(/\r?\n/);
    return line;
  }
  const configured = (await context.config()).get("snapshot.password");
  if (configured !== null && configured !== "") return configured;
  const { io } = context;
  // A paste that has ended leaves nothing to type on.
  const taken = !twice && isStdin(input);
  if (taken || input.has("no-input") || !io.isTerminal("stdin") || !io.isTerminal("stderr")) {
    throw new OrchestratorError(
      "terminal_needed",
      taken
        ? "Cannot ask for the password: stdin is used for the snapshot"
        : "Cannot ask for the password: there is no terminal",
      { hint: "Use --password-file, or set ORCHESTRATOR_SNAPSHOT_PASSWORD" },
    );
  }
  const first = await io.askSecret(say`Password`);
  const second = first === null || !twice ? first : await io.askSecret(say`Repeat the password`);
  if (first === null || second === null) {
    throw new OrchestratorError("interrupted", "No password was given");
  }
  if (first === second) return first;
  throw new OrchestratorError(
    "invalid_argument",
    "Cannot use the password: the two passwords differ",
  );
}

/** Longer files hold no password and no recipients. */
const MAX_KEY_BYTES = 1024 * 1024;

function readText(context: Context, file: string): string {
  return readGivenText(context.paths.resolveFrom(context.io.cwd, file), file, MAX_KEY_BYTES);
}

/** The limits in force. */
export async function snapshotLimits(context: Context): Promise<Limits> {
  const { DEFAULT_LIMITS } = await import("../../snapshot/limits.ts");
  const config = await context.config();
  return {
    ...DEFAULT_LIMITS,
    files: config.get("snapshot.max_entries"),
    fileSize: config.get("snapshot.max_entry_size"),
    totalSize: config.get("snapshot.max_size"),
    ratio: config.get("snapshot.max_ratio"),
  };
}

function isStdin(input: Input): boolean {
  return (input.arg("file") ?? "-") === "-";
}

/** The bytes of the snapshot that a command names. @throws `file_unknown`, `missing_argument` */
export async function snapshotBytes(
  context: Context,
  input: Input,
): Promise<AsyncIterable<Uint8Array>> {
  const file = input.arg("file");
  if (file !== undefined && file !== "-") {
    const { readPieces } = await import("../../platform/stream_file.ts");
    return readPieces(context.paths.resolveFrom(context.io.cwd, file), {
      within: null,
      given: true,
    });
  }
  const { io } = context;
  if (io.isTerminal("stdin") && (file === undefined || input.has("no-input"))) {
    throw new OrchestratorError(
      "missing_argument",
      `Cannot run "${context.spec.path}": name a file, or give the snapshot on stdin`,
      { hint: `Run \`orchestrator ${context.spec.path} state.tar.gz\`` },
    );
  }
  if (io.isTerminal("stdin")) {
    io.err(say`Paste the snapshot's text, then press Ctrl-D (on Windows Ctrl-Z and Enter)\n`);
  }
  return context.io.stdinBytes();
}
