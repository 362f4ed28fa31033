/** The documentation against what it speaks of: programs, commands, options, paths, links and tables. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { renderProblems } from "../../src/base/render-problem.ts";
import { formatPosterior } from "../../src/cli/show-posterior.ts";
import { readData } from "../../src/data/read-data.ts";
import { compile } from "../../src/driver/compile.ts";
import { infer } from "../../src/driver/node-driver.ts";
import { arrayBuiltins, elementwiseBuiltins } from "../../src/lang/builtins.ts";
import { distributionPages } from "./distribution-page.ts";
import { distributionsPage } from "./distributions-page.ts";
import { functionPages, functionsPage, netsPage } from "./function-pages.ts";
import { helpTexts } from "./help-texts.ts";
import {
  anchorsOf,
  type Block,
  blocksOf,
  codeSpans,
  proseOf,
  readPage,
  readPages,
  relativeLinks,
  root,
} from "./pages.ts";

const pages = readPages();
const blocks = pages.flatMap(blocksOf);

function blocksIn(...languages: string[]): Block[] {
  return blocks.filter(({ language }) => languages.includes(language));
}

describe("programs", () => {
  test.each(blocksIn("ppl"))("$place checks", async ({ text }) => {
    const { source, problems } = await compile(text);
    expect(renderProblems(problems, [source], { color: false })).toBe("");
  });

  test.each(blocksIn("ppl error"))("$place is wrong", async ({ text }) => {
    const { program } = await compile(text);
    expect(program).toBeUndefined();
  });

  test("no fence has another spelling", () => {
    expect(blocksIn("ppl").length).toBeGreaterThan(5);
    // `js` is JavaScript of pages, which needs a browser.
    const known = ["ppl", "ppl error", "ts", "js", "sh", "json", "csv", "text"];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ place }) => place)).toEqual([]);
  });

  test.each(blocksIn("json"))("$place is JSON", ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  test("a message that is shown is the one that is given", async () => {
    const [program] = blocksOf({ path: "CHANGELOG.md", text: readPage("CHANGELOG.md") }).filter(
      ({ language }) => language === "ppl error",
    );
    const source = { name: "scale.ppl", text: program.text };
    const { problems } = await compile(source);
    expect(readPage("CHANGELOG.md")).toContain(renderProblems(problems, [source], { color: false }));
  });
});

describe("outputs", () => {
  /** Rows of a table of draws: a name, then numbers. */
  function rowsOf(text: string): [string, number[]][] {
    return text.split("\n").flatMap((line): [string, number[]][] => {
      const [name, ...cells] = line.trim().split(/\s+/);
      const numbers = cells.map(Number);
      return cells.length > 4 && numbers.every(Number.isFinite) ? [[name, numbers]] : [];
    });
  }

  test("the README shows what eight schools gives, within Monte Carlo error", async () => {
    const folder = join(root, "examples/eight-schools");
    const text = readFileSync(join(folder, "eight-schools.ppl"), "utf8");
    const { program } = await compile(text);
    if (program === undefined) throw new Error("eight-schools.ppl does not check");
    const posterior = await infer(program, readData(join(folder, "data.json")), {});
    const [shown] = blocksOf({ path: "README.md", text: readPage("README.md") }).filter(
      (block) => block.language === "text",
    );
    const given = rowsOf(formatPosterior(posterior, false));
    const written = rowsOf(shown.text);
    expect(written.map(([name]) => name)).toEqual(given.map(([name]) => name));
    for (const [at, [, [mean, sd]]] of given.entries()) {
      expect(Math.abs(written[at][1][0] - mean)).toBeLessThan(0.15 * sd);
      expect(Math.abs(written[at][1][1] / sd - 1)).toBeLessThan(0.1);
    }
    expect(
      shown.text.trimEnd().endsWith(formatPosterior(posterior, false).trimEnd().split("\n").at(-1) ?? "?"),
    ).toBe(true);
  });
});

describe("TypeScript", () => {
  test("every block runs and prints what its comments say", { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "ppl-docs-"));
    const [library, pages] = ["src/index.ts", "src/web.ts"].map(
      (path) => pathToFileURL(join(root, path)).href,
    );
    try {
      const runs = blocksIn("ts").map(async ({ place, text }, position) => {
        const file = join(folder, `block${position}.ts`);
        writeFileSync(
          file,
          text.replaceAll('"ppl"', JSON.stringify(library)).replaceAll('"ppl/web"', JSON.stringify(pages)),
        );
        const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: root });
        const expected = [...text.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm)].map((match) => match[1]);
        expect(stdout.trimEnd().split("\n"), place).toEqual(expected);
      });
      await Promise.all(runs);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test("docs/embedding.md names all that the library exports", () => {
  const page = readPage("docs/embedding.md");
  const entries = ["src/index.ts", "src/web.ts"].map((path) => readFileSync(join(root, path), "utf8"));
  const exported = [...entries.join("\n").matchAll(/\{([^}]*)\}/g)].flatMap((match) =>
    match[1].split(",").map((name) => name.replace(/^\s*(type )?/, "").trim()),
  );
  for (const name of exported.filter((each) => each !== ""))
    expect(page).toMatch(new RegExp(`\\b${name}\\b`));
});

describe("commands and options", async () => {
  const help = await helpTexts();
  const commands = Object.keys(help);
  const optionsOf = (command: string): string[] =>
    [...help[command].matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map((match) => match[0]);
  // The last are of `npm run bench` and `npm run posteriordb`.
  const known = new Set(
    commands.flatMap(optionsOf).concat("--version", "--help", "--only", "--quick", "--seeds"),
  );
  const shell = blocksIn("sh").flatMap(({ place, text }) =>
    text
      .replaceAll("\\\n", " ")
      .split("\n")
      .flatMap((line) => line.replace(/ #.*$/, "").split("&&"))
      .map((line) => ({ place, line: line.trim() })),
  );

  test.each(shell.filter(({ line }) => /^(ppl|npm run -s ppl --|node src\/cli\/main\.ts) /.test(line)))(
    "$place: $line",
    ({ line }) => {
      const words = line.replace(/^(ppl|npm run -s ppl --|node src\/cli\/main\.ts) /, "").split(/\s+/);
      expect(commands).toContain(words[0]);
      for (const option of words.filter((word) => word.startsWith("--")))
        expect(optionsOf(words[0]), line).toContain(option);
      for (const file of words.filter((word) => word.startsWith("examples/")))
        expect(existsSync(join(root, file)), file).toBe(true);
    },
  );

  test("every option named anywhere exists", () => {
    const wrong = pages.flatMap((page) =>
      codeSpans(page)
        .flatMap((span) => [...span.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map((match) => match[0]))
        .filter((option) => !known.has(option))
        .map((option) => `${page.path}: ${option}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the command line page names every command and option", () => {
    const page = readPage("docs/command-line.md");
    for (const command of commands) {
      expect(page).toContain(`ppl ${command}`);
      for (const option of optionsOf(command)) expect(page).toContain(`\`${option}`);
    }
  });

  test("every npm script named exists", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    for (const { path, text } of pages)
      for (const [, name] of text.matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g))
        expect(Object.keys(scripts), path).toContain(name);
  });
});

describe("paths and links", () => {
  test("every path named exists", () => {
    const missing = pages.flatMap((page) =>
      codeSpans(page)
        .filter((span) => /^(src|test|docs|scripts|stdlib|examples)\/[\w./-]+$/.test(span))
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page.path}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test("every relative link and anchor resolves", () => {
    const broken = pages.flatMap((page) =>
      relativeLinks(page)
        .filter((link) => !resolves(page.path, link))
        .map((link) => `${page.path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  function resolves(from: string, link: string): boolean {
    const [file, anchor] = link.split("#");
    const target = file === "" ? resolve(root, from) : resolve(root, dirname(from), file);
    if (!existsSync(target)) return false;
    if (anchor === undefined) return true;
    return anchorsOf({ path: target, text: readFileSync(target, "utf8") }).includes(anchor);
  }
});

describe("tables", () => {
  test("docs/distributions.md is made from the table of distributions", async () => {
    await expect(distributionsPage()).toMatchFileSnapshot(join(root, "docs/distributions.md"));
  });

  test("docs/language.md lists exactly the builtin functions", () => {
    const section = readPage("docs/language.md").split("\n## Builtin functions\n")[1].split("\n## ")[0];
    const firstCells = section
      .split("\n")
      .flatMap((line) => (line.startsWith("| `") ? [line.split(" | ")[0]] : []));
    const listed = firstCells.flatMap((cell) =>
      [...cell.matchAll(/`([a-z_0-9]+)\(/g)].map((match) => match[1]),
    );
    expect(listed.sort()).toEqual([...elementwiseBuiltins, ...arrayBuiltins].sort());
  });

  test.each([
    ["distributions", distributionPages()],
    ["nets", functionPages("net")],
    ["functions", functionPages("def")],
  ])("docs/reference/%s has a page each, and no other", async (name, pages) => {
    const folder = join(root, "docs/reference", name);
    for (const [each, page] of pages) await expect(page).toMatchFileSnapshot(join(folder, `${each}.md`));
    for (const file of readdirSync(folder)) expect([...pages.keys()]).toContain(file.slice(0, -".md".length));
  });

  test.each([
    ["nets", netsPage()],
    ["functions", functionsPage()],
  ])("docs/reference/%s.md is the index", async (name, page) => {
    await expect(page).toMatchFileSnapshot(join(root, `docs/reference/${name}.md`));
  });

  test("docs/problems.md lists the codes of the golden files and of the sources, and no others", () => {
    const listed = [...readPage("docs/problems.md").matchAll(/^\| `([a-z-]+)` \|/gm)].map(
      (match) => match[1],
    );
    expect(listed.length).toBe(new Set(listed).size);
    const without = [...readPage("docs/problems.md").matchAll(/^\| `([a-z-]+)` \|(?!.*\]\().*$/gm)];
    expect(without.map(([, code]) => code)).toEqual([]); // A page for each.
    const golden = ["check", "data", "inference", "syntax"]
      .flatMap((area) => filesBelow(`test/golden/${area}`))
      .flatMap((file) =>
        [...readFileSync(file, "utf8").matchAll(/^(?:error|warning)\[([a-z-]+)\]/gm)].map(
          (match) => match[1],
        ),
      );
    const sources = filesBelow("src").map((file) => readFileSync(file, "utf8"));
    const written = sources.flatMap((text) =>
      [...text.matchAll(/\bcode: "([a-z-]+)"/g)].map((match) => match[1]),
    );
    for (const code of new Set([...golden, ...written])) expect(listed).toContain(code);
    const everything = sources.join("\n");
    for (const code of listed)
      expect(golden.includes(code) || everything.includes(`"${code}"`), code).toBe(true);
  });

  function filesBelow(folder: string): string[] {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }
});

test("pages speak to their readers only: no path of a machine, no leftover mark", () => {
  for (const page of pages)
    expect(proseOf(page), page.path).not.toMatch(/\bTODO\b|\bFIXME\b|\/home\/|\/tmp\/|\/work\//);
});
