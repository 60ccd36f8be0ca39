/**
 * Shapes of keys besides those of `key_shapes.ts`: of services whose keys are made in several ways, where
 * one rule for all of them is shorter and will know the next one, too.
 * @module
 */
import type { KeyShape } from "./key_shapes.ts";

/** As in `key_shapes.ts`: name, how it can begin (in lower case), what all of it is like. */
export const OWN_SHAPES: readonly KeyShape[] = [
  // OpenAI, OpenRouter, Anthropic, Stripe and those who followed them. So short a beginning counts at
  // that of a word only: `pre-sk-…` is made of words.
  [
    "sk",
    ["sk-", "sk_", "pk-", "pk_", "rk-", "rk_"],
    "(?:(?<![\\w-])|(?<=\\\\[nrt]))[spr]k[-_][A-Za-z0-9_-]{20,400}",
  ],
  ["aws", ["akia", "asia", "abia", "acca"], "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"],
  ["github", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], "gh[pousr]_[A-Za-z0-9]{30,300}"],
  ["github-pat", ["github_pat_"], "github_pat_[A-Za-z0-9_]{30,300}"],
  ["gitlab", ["glpat-"], "glpat-[A-Za-z0-9_-]{20,300}"],
  ["npm", ["npm_"], "npm_[A-Za-z0-9]{30,300}"],
  ["hugging-face", ["hf_", "api_org_"], "(?:hf|api_org)_[A-Za-z0-9]{30,300}"],
  ["slack", ["xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"], "xox[abprs]-[A-Za-z0-9-]{10,300}"],
  [
    "slack-hook",
    ["hooks.slack.com/"],
    "hooks\\.slack\\.com/(?:services|workflows)/[A-Za-z0-9+/]{40,80}",
  ],
  ["xai", ["xai-"], "xai-[A-Za-z0-9]{20,300}"],
  ["google-key", ["aiza"], "AIza[A-Za-z0-9_-]{35,60}"],
  ["google-token", ["ya29."], "ya29\\.[A-Za-z0-9_-]{20,1000}"],
  ["google-refresh", ["1//0"], "1//0[A-Za-z0-9_-]{30,200}"],
  ["sendgrid", ["sg."], "SG\\.[A-Za-z0-9_-]{16,40}\\.[A-Za-z0-9_-]{20,80}"],
  ["docker", ["dckr_pat_", "dckr_oat_"], "dckr_[po]at_[A-Za-z0-9_-]{20,100}"],
  ["vault", ["hvs.", "hvb.", "hvr."], "hv[sbr]\\.[A-Za-z0-9_-]{20,400}"],
  ["heroku", ["hrku-aa"], "HRKU-AA[A-Za-z0-9_-]{20,80}"],
  ["fly", ["fo1_", "fm1", "fm2_"], "(?:fo1_|fm1[ar]_|fm2_)[A-Za-z0-9_+/=-]{30,1000}"],
  [
    "square",
    ["sq0atp-", "sq0csp-", "eaaa"],
    "(?:sq0(?:at|cs)p-[A-Za-z0-9_-]{20,60}|EAAA[A-Za-z0-9_-]{50,100})",
  ],
  ["age", ["age-secret-key-"], "AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Za-z]{20,200}"],
  [
    "jwt",
    ["eyj"],
    "eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,4000}",
  ],
];
