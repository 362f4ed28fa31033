/** Files on a server of their own, and a Chromium that opens them as pages. */
import type { AddressInfo } from "node:net";
import { pageServer } from "../../examples/page/page-server.ts";
import { findChromium, noChromium, type Page, startChromium } from "./chromium.ts";

export interface Site {
  open(path: string): Promise<Page>;
  close(): Promise<void>;
}

/** A page that runs the script `test.js`. */
export const scriptPage =
  '<!doctype html><link rel="icon" href="data:,"><script type="module" src="test.js"></script>';

export async function startSite(
  files: Parameters<typeof pageServer>[0],
  options: readonly string[],
): Promise<Site> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error(noChromium);
  const server = pageServer(files).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await startChromium(chromium, options);
  return {
    open: (path) => browser.open(`http://localhost:${port}${path}`),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Calls a function of the page's `runs`. */
export function callIn(page: Page, name: string, args: readonly unknown[]): Promise<unknown> {
  return page.evaluate(`runs.${name}(${args.map((each) => JSON.stringify(each)).join(", ")})`);
}
