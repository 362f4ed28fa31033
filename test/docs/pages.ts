/** The project's Markdown pages and what is in them: fenced blocks, links, code spans. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface Page {
  /** Relative to the root: "docs/language.md". */
  readonly path: string;
  readonly text: string;
}

/** The pages at the top and all below `docs/`. */
export function readPages(): Page[] {
  const top = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"];
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`);
  return [...top, ...below.sort()].map((path) => ({ path, text: readPage(path) }));
}

export function readPage(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export interface Block {
  /** The page with the line of the opening fence. */
  readonly place: string;
  /** What follows the fence: "ppl error". */
  readonly language: string;
  readonly text: string;
}

export function blocksOf({ path, text }: Page): Block[] {
  return [...text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split("\n").length}`,
    language: match[1].trim(),
    text: match[2],
  }));
}

/** The page without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
}

/** Contents of `code spans` outside fenced blocks. */
export function codeSpans(page: Page): string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]);
}

/** Targets of links to other places than web addresses. */
export function relativeLinks(page: Page): string[] {
  const text = proseOf(page).replace(/`[^`\n]+`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1])
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors that headings of a page have, as GitHub makes them. */
export function anchorsOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
