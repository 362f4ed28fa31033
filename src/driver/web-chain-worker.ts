/** Web Worker, published as `ppl/web/worker`: runs the chains that its first message brings. */

import { holdLock } from "./chains/life-lock.ts";
import { serveChains } from "./chains/serve-chains.ts";
import { loadWebEngine } from "./web-engines.ts";
import type { PageMessage, PageWork } from "./web-host.ts";

declare const self: {
  addEventListener(
    type: "message",
    listener: (event: { readonly data: unknown }) => void,
    options: { readonly once: true },
  ): void;
  postMessage(message: PageMessage, transfer: ArrayBuffer[]): void;
};
/** Makes it an `error` event of the page's worker. */
declare function reportError(error: unknown): void;

self.addEventListener("message", ({ data }) => void serve(data as PageWork).catch(reportError), {
  once: true,
});

async function serve({ work, lock }: PageWork): Promise<void> {
  if (lock !== undefined && (await holdLock(lock))) self.postMessage({ kind: "alive" }, []);
  await serveChains(work, loadWebEngine, (message, transfer) => self.postMessage(message, transfer));
}
