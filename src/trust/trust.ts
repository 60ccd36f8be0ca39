/**
 * Whether a repository's claims are confirmed.
 * @module
 */
import type { OrchestratorError } from "../errors.ts";
import type { UserStateQuery } from "../project/user_state.ts";
import type { Claim } from "./claim.ts";
import { trustedRepository } from "./repository.ts";
import { isSame, readTrustFile, type TrustFileContent, trustFilePath } from "./trust_file.ts";

/** What a person has confirmed of one repository. Reads the file at the first question. */
export class Trust {
  readonly #query: UserStateQuery;
  readonly #root: string;
  #content: TrustFileContent | undefined;

  /** @param root Absolute path of the project. */
  constructor(query: UserStateQuery, root: string) {
    this.#query = query;
    this.#root = root;
  }

  /** Absolute path of the file; null where there is no place for one. */
  get path(): string | null {
    return trustFilePath(this.#query);
  }

  /** The repository as the file names it. */
  get repository(): string {
    return trustedRepository(this.#root);
  }

  /** Why nothing is confirmed although there is a file; null otherwise. */
  get problem(): OrchestratorError | null {
    return this.#read().problem;
  }

  /** Whether a person has confirmed the claim. */
  has(claim: Claim): boolean {
    const { entries } = this.#read();
    return entries.length > 0 && entries.some((entry) => isSame(entry, claim, this.repository));
  }

  #read(): TrustFileContent {
    return this.#content ??= readTrustFile(this.path);
  }
}
