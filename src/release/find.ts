/**
 * Finding a release and making sure that it is one: its list of files must carry a signature by a key
 * that this program trusts.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isSignedBy } from "./signature.ts";
import { readReleaseFile } from "./source.ts";
import { ECDSA_SUFFIX, MOST_SUMS_BYTES, parseSums, type Sums, SUMS_NAME } from "./sums.ts";

/** More than a signature has. */
const MOST_SIGNATURE_BYTES = 1024;

/** Which release. */
export interface FindRequest {
  /** Where its files are; see `releaseFolder()`. */
  readonly folder: string;
  /** A version, or `latest`. */
  readonly wanted: string;
  /** The ECDSA keys that may have signed it, PEM. */
  readonly keys: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Reads and verifies the list of a release's files.
 * @throws `release_unverified` when it cannot be verified, `release_invalid` when it is not genuine
 *   or a different release, `network_failed` when it does not exist.
 */
export async function findRelease(request: FindRequest): Promise<Sums> {
  const { folder, wanted, keys, signal } = request;
  if (keys.length === 0) {
    throw new OrchestratorError(
      "release_unverified",
      "Cannot check releases: this program was built without a release key",
      { hint: "Install the release with its own installer" },
    );
  }
  const read = (name: string, limit: number) => readReleaseFile({ folder, name, limit, signal });
  const text = await read(SUMS_NAME, MOST_SUMS_BYTES);
  if (text === null) {
    throw new OrchestratorError(
      "network_failed",
      wanted === "latest"
        ? `Cannot find a release: "${folder}" has no ${SUMS_NAME}`
        : `Cannot find release ${wanted}: "${folder}" has no ${SUMS_NAME}`,
    );
  }
  const signature = await read(SUMS_NAME + ECDSA_SUFFIX, MOST_SIGNATURE_BYTES);
  if (signature === null) {
    throw new OrchestratorError(
      "release_unverified",
      `Cannot check the release in "${folder}": it has no signature`,
    );
  }
  if (!isSignedBy(text, signature, keys)) {
    throw new OrchestratorError(
      "release_invalid",
      `Cannot use the release in "${folder}": its signature is invalid`,
      { hint: "Use the official download address of the project" },
    );
  }
  const sums = parseSums(new TextDecoder().decode(text));
  if (wanted !== "latest" && sums.version !== wanted) {
    throw new OrchestratorError(
      "release_invalid",
      `Cannot use the release in "${folder}": it is version ${sums.version}, not ${wanted}`,
    );
  }
  return sums;
}
