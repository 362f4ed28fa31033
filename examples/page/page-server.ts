/** Serves packed scripts and pages under a strict content policy: own files, WebAssembly, and nothing that is made from text. */
import { createServer, type Server } from "node:http";
import { extname } from "node:path";
import { rolldown } from "rolldown";

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:";

const kinds: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
};

/**
 * Scripts by their names in the page, each packed with what it imports; what several share becomes files of its own.
 * `alias` gives names of packages another meaning.
 */
export async function packScripts(
  scripts: Readonly<Record<string, string>>,
  alias: Readonly<Record<string, string>> = {},
): Promise<Map<string, string | Uint8Array>> {
  const bundle = await rolldown({ input: scripts, platform: "browser", resolve: { alias } });
  const { output } = await bundle.generate({
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  });
  return new Map(
    output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]),
  );
}

/** A server of those files by path, not listening yet. */
export function pageServer(files: ReadonlyMap<string, string | Uint8Array>): Server {
  return createServer(({ url = "/" }, response) => {
    const path = url === "/" ? "/index.html" : url;
    const content = files.get(path);
    response.writeHead(content === undefined ? 404 : 200, {
      "Content-Type": kinds[extname(path)] ?? "application/octet-stream",
      "Content-Security-Policy": policy,
    });
    response.end(content);
  });
}
