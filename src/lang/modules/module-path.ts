/** Names of modules: paths with slashes, relative to nothing but each other. */

/** What `import … from "./lib.ppl"` in the text called `from` names. */
export function modulePath(from: string, path: string): string {
  const parts = [...from.split(/[\\/]/).slice(0, -1), ...path.split("/")];
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "." || (part === "" && kept.length > 0)) continue;
    const last = kept.at(-1);
    if (part === ".." && last !== undefined && last !== ".." && last !== "") kept.pop();
    else kept.push(part);
  }
  return kept.join("/");
}

/** The path that names `name` where `from` has become the name without its folders. */
export function withoutFolders(name: string, from: string): string {
  const [folders, parts] = [modulePath(from, "."), name].map((path) =>
    path.split("/").filter((part) => part !== ""),
  );
  let common = 0;
  while (common < folders.length && folders[common] === parts[common]) common++;
  return [...folders.slice(common).map(() => ".."), ...parts.slice(common)].join("/");
}
