import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packScripts, pageServer } from "../../examples/page/page-server.ts";
import { type Browser, findChromium, noChromium, type Page, startChromium } from "./chromium.ts";

const root = join(import.meta.dirname, "../..");
const chromium = findChromium();
if (chromium === undefined) console.warn(`${noChromium}; tfjs on WebGL and WebGPU is not tested`);

/** Both interfaces on the processor, by SwiftShader, which Chromium brings. */
const software = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** Unit roundoff of f32. */
const u = 2 ** -24;

describe.skipIf(chromium === undefined)("tfjs on GPU interfaces, in a page", () => {
  let browser: Browser;
  let server: Server;
  let page: Page;

  beforeAll(async () => {
    const alias = { "ppl/web": join(root, "src/web.ts"), "ppl/web/tfjs": join(root, "src/web-tfjs.ts") };
    const files = await packScripts({ test: join(import.meta.dirname, "tfjs-page.ts") }, alias);
    files.set(
      "/index.html",
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="test.js"></script>',
    );
    server = pageServer(files).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    browser = await startChromium(chromium ?? "", software);
    page = await browser.open(`http://localhost:${port}/`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  const call = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(`runs.${name}(${args.map((each) => JSON.stringify(each)).join(", ")})`);

  test.each(["webgl", "webgpu"])(
    "%s agrees with the reference on every op and its gradient",
    async (backend) => {
      const { cases, lines } = (await call("differences", backend, {
        relative: 64 * u,
        absolute: 32 * u,
      })) as { readonly cases: number; readonly lines: readonly string[] };
      expect(cases).toBeGreaterThan(200);
      expect(lines).toEqual([]);
    },
    120_000,
  );
});
