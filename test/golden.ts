/**
 * Golden files: what goes in and what comes out, together in one readable text file under `test/golden/`, so that a
 * reviewer judges a message without opening a test. `npm run accept` writes them anew.
 */
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/**
 * Compares `sections` (title → text, in order) with the file `test/golden/<path>`, which is written when it does not
 * exist. Example: `golden("syntax/unclosed-bracket.txt", { program, message })`.
 */
export async function golden(path: string, sections: Readonly<Record<string, string>>): Promise<void> {
  const file = fileURLToPath(new URL(`golden/${path}`, import.meta.url));
  await expect(formatSections(sections)).toMatchFileSnapshot(file);
}

function formatSections(sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections)
    .map(([title, text]) => `──── ${title} ────\n${text.replace(/\n*$/, "\n")}`)
    .join("\n");
}
