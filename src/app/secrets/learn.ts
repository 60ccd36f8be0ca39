/**
 * Lets a redactor learn what is stored, whatever state the project and the command line are in.
 * @module
 */
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import { learnStored } from "../../secrets/known.ts";
import type { Redactor } from "../../secrets/redact.ts";
import { credentialsOf } from "../../secrets/repo_address.ts";
import { secretsRepo } from "../../secrets/secrets_repo.ts";
import { SecretStore } from "../../secrets/store.ts";
import { configFiles } from "../configuration.ts";
import { claimOn } from "../confirmed_value.ts";
import { trustOf } from "../trust.ts";
import { expandHome } from "../workflow_file.ts";
import type { Whereabouts } from "../workspace.ts";
import { secretFiles, secretRoots } from "./roots.ts";

/**
 * Reads everything that opens without a prompt: plain files, those for the configured identity, and the
 * old tool's file when its password is in the environment.
 * @param loaded the run's configuration; absent where it could not be loaded.
 */
export async function learnSecrets(
  redactor: Redactor,
  where: Whereabouts,
  loaded: Config | undefined,
): Promise<void> {
  const { io, usablePaths } = where;
  const config = loaded ??
    await loadConfig({ files: configFiles(where), env: io.env, flags: [] });
  const identity = config.get("secrets.identity");
  const password = io.env["SECRETS_PASSWORD"] ?? "";
  const isConfirmed = (key: "secrets_repo" | "secrets.files") => {
    const claim = claimOn(config, key);
    return claim === null ||
      (usablePaths !== null && trustOf({ io, paths: usablePaths }).has(claim));
  };
  // What a repository's file chooses must not take words out of the record.
  const address = isConfirmed("secrets_repo") ? config.get("secrets_repo") : null;
  const paths = isConfirmed("secrets.files") ? secretFiles(where, config) : [];
  const roots = secretRoots(where);
  for (const word of credentialsOf(config.get("secrets_repo") ?? "")) redactor.add(word);
  const path = identity === null ? null : expandHome(identity, io.home);
  await learnStored(
    new SecretStore({
      ...roots,
      env: io.env,
      order: ["secrets_repo"],
      // To start another program before every change would be too much.
      files: { paths, problem: null, programs: false },
      repo: address === null ? null : secretsRepo({
        address,
        folder: roots.id,
        cache: roots.cache,
        env: io.env,
        now: io.now,
        offline: true,
      }),
      declared: [],
      keys: {
        identityFile: path === null
          ? null
          : usablePaths?.resolveFrom(usablePaths.root, path) ?? path,
        // A few milliseconds each, and only for keys of SSH that have no passphrase.
        program: { env: io.env, prompts: false, plugins: false },
        // A passphrase takes a second to try: too long for what is only looked at on the way.
        passphrase: () => Promise.resolve(null),
      },
      password: () => Promise.resolve(password === "" ? null : password),
      redactor,
      shown: (path) => path,
      warn: () => {},
    }),
  );
}
