/**
 * Asks a provider whether it knows a key. The request changes nothing there and costs nothing.
 * @module
 */

/** How a provider is asked. */
export interface Provider {
  readonly title: string;
  readonly url: string;
  readonly headers: (value: string) => Readonly<Record<string, string>>;
}

/** What the provider said. */
export type LiveResult =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "rejected"; readonly status: number }
  /** It did not say either: too many requests, an error of its own, a changed address. */
  | { readonly outcome: "unclear"; readonly status: number }
  | { readonly outcome: "unreachable"; readonly reason: string };

const bearer = (value: string) => ({ Authorization: `Bearer ${value}` });

const GITHUB: Provider = {
  title: "GitHub",
  url: "https://api.github.com/user",
  headers: (value) => ({ ...bearer(value), "User-Agent": "orchestrator" }),
};

/** Providers by the name of the secret. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  OPENAI_API_KEY: {
    title: "OpenAI",
    url: "https://api.openai.com/v1/models",
    headers: bearer,
  },
  ANTHROPIC_API_KEY: {
    title: "Anthropic",
    url: "https://api.anthropic.com/v1/models",
    headers: (value) => ({ "x-api-key": value, "anthropic-version": "2023-06-01" }),
  },
  GEMINI_API_KEY: {
    title: "Google Gemini",
    url: "https://generativelanguage.googleapis.com/v1beta/models",
    headers: (value) => ({ "x-goog-api-key": value }),
  },
  OPENROUTER_API_KEY: {
    title: "OpenRouter",
    url: "https://openrouter.ai/api/v1/key",
    headers: bearer,
  },
  XAI_API_KEY: { title: "xAI", url: "https://api.x.ai/v1/models", headers: bearer },
  DEEPSEEK_API_KEY: {
    title: "DeepSeek",
    url: "https://api.deepseek.com/models",
    headers: bearer,
  },
  RENDER_API_KEY: { title: "Render", url: "https://api.render.com/v1/owners", headers: bearer },
  GITHUB_TOKEN: GITHUB,
  GH_TOKEN: GITHUB,
};

/** A provider that answers later than this is not reachable. */
const TIMEOUT_MS = 10_000;

/** Asks. Never throws. */
export async function askProvider(
  provider: Provider,
  value: string,
  fetcher: typeof fetch = fetch,
): Promise<LiveResult> {
  try {
    const response = await fetcher(provider.url, {
      headers: provider.headers(value),
      // A redirect would send the key to another server.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return { outcome: "accepted" };
    if (status === 400 || status === 401 || status === 403) return { outcome: "rejected", status };
    return { outcome: "unclear", status };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      outcome: "unreachable",
      reason: timedOut
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : cause instanceof Error
        ? cause.message
        : String(cause),
    };
  }
}
