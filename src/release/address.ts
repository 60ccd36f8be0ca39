/**
 * Where releases are.
 * @module
 */

/**
 * The account that publishes releases. Not decided yet: no account can have this name, so that
 * nothing is ever fetched from a stranger. Put the real one here, and nowhere else.
 */
export const OWNER = "-owner-";

/** The repository's name on the host of releases; npm packages are named after it too. */
export const REPOSITORY = "orchestrator";

/** Whether {@link OWNER} is decided, so that there is somewhere to look for releases. */
export const HAS_ADDRESS: boolean = /^[a-z0-9]/i.test(OWNER);

/** The page of the project. */
export const PROJECT_URL = `https://github.com/${OWNER}/${REPOSITORY}`;

/**
 * The address of the folder that holds a release's files, without a slash at its end.
 * @param version `0.2.0`, or `latest`.
 * @param base a folder that holds one release, instead of where the project publishes them.
 */
export function releaseFolder(version: string, base?: string): string {
  if (base !== undefined) return base.replace(/\/+$/, "");
  return version === "latest"
    ? `${PROJECT_URL}/releases/latest/download`
    : `${PROJECT_URL}/releases/download/v${version}`;
}

/** The npm package that brings the program; `-<target>` follows in the names of those for one system. */
export const NPM_NAME = `@${OWNER}/${REPOSITORY}`;
