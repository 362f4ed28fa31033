/**
 * Checks who imports whom: the directions of ARCHITECTURE.md, no I/O in the pure folders, no import cycles.
 * Prints every violation and exits 1, or one line and exits 0.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../src");

/** Folder of `src/` → the other folders it may import. */
const allowed: Record<string, readonly string[]> = {
  base: [],
  lang: ["base"],
  compiler: ["base", "lang"],
  engines: ["base", "compiler"],
  inference: ["base", "compiler"],
  data: ["base", "lang"],
  artifact: ["base", "lang", "inference"],
  driver: ["base", "lang", "compiler", "engines", "inference", "data", "artifact"],
  cli: ["base", "driver"],
  "web.ts": ["base", "lang", "artifact", "driver"],
  "web-tfjs.ts": ["engines"],
  "index.ts": ["base", "lang", "compiler", "engines", "inference", "data", "artifact", "driver"],
};

/** Folders that must also run unchanged in a browser. */
const pure = ["base", "lang", "compiler", "inference"];

/** What pages load: with all that these reach they import nothing from Node either. */
const pageEntries = ["web.ts", "web-tfjs.ts", "driver/web-chain-worker.ts"];

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join(root, file));
const importsOf = new Map<string, string[]>();
const nodeImportsOf = new Map<string, string[]>();
const violations: string[] = [];

for (const file of files) {
  const folder = relative(root, file).split("/")[0];
  const text = readFileSync(file, "utf8");
  const targets: string[] = [];
  const nodeImports: string[] = [];
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    const specifier = match[1];
    if (!specifier.startsWith(".")) {
      if (specifier.startsWith("node:")) nodeImports.push(specifier);
      if (specifier.startsWith("node:") && pure.includes(folder))
        violations.push(`${relative(root, file)}: ${folder} must not import ${specifier}`);
      continue;
    }
    const target = resolve(dirname(file), specifier);
    const targetFolder = relative(root, target).split("/")[0];
    if (
      !/import\s+type[^;]*$/.test(
        text
          .slice(0, match.index + 4)
          .split(";")
          .at(-1) ?? "",
      )
    )
      targets.push(target);
    if (targetFolder !== folder && !(allowed[folder] ?? []).includes(targetFolder))
      violations.push(`${relative(root, file)}: ${folder} must not import ${targetFolder}`);
  }
  importsOf.set(file, targets);
  nodeImportsOf.set(file, nodeImports);
}

const state = new Map<string, "open" | "done">();
function visit(file: string, path: readonly string[]): void {
  if (state.get(file) === "done") return;
  if (state.get(file) === "open") {
    const cycle = [...path.slice(path.indexOf(file)), file].map((each) => relative(root, each));
    violations.push(`import cycle: ${cycle.join(" → ")}`);
    return;
  }
  state.set(file, "open");
  for (const target of importsOf.get(file) ?? []) visit(target, [...path, file]);
  state.set(file, "done");
}
for (const file of files) visit(file, []);

/** Goes through what a page's entry reaches, once each. */
function visitPage(file: string, path: readonly string[], seen: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const chain = [...path, file];
  for (const specifier of nodeImportsOf.get(file) ?? [])
    violations.push(
      `pages must not import ${specifier}: ${chain.map((each) => relative(root, each)).join(" → ")}`,
    );
  for (const target of importsOf.get(file) ?? []) visitPage(target, chain, seen);
}
for (const entry of pageEntries) visitPage(join(root, entry), [], new Set());

for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exit(1);
console.log(`imports: ${files.length} files, directions and cycles in order`);
