/** Writes all of `stdlib` into `src/lang/stdlib.generated.ts`, so that the language needs no file access. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function embedStdlib(root: string): void {
  const folder = join(root, "stdlib");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ppl"))
    .sort();
  const entries = names.map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return `  ${JSON.stringify(`std/${name.slice(0, -".ppl".length)}`)}: ${JSON.stringify(text)},\n`;
  });
  const target = join(root, "src/lang/stdlib.generated.ts");
  const generated =
    "// Generated from stdlib by scripts/embed-stdlib.ts; edit those files.\n" +
    "/** Module name → source text of the standard library. */\n" +
    `export const stdlibSources: Readonly<Record<string, string>> = {\n${entries.join("")}};\n`;
  if (!existsSync(target) || readFileSync(target, "utf8") !== generated) writeFileSync(target, generated);
}
