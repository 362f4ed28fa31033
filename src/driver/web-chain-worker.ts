/** Web Worker, published as `ppl/web/worker`: runs the chains that its first message brings. */
import { type ChainWork, serveChains } from "./serve-chains.ts";
import { loadWebEngine } from "./web-engines.ts";

declare const self: {
  addEventListener(
    type: "message",
    listener: (event: { readonly data: unknown }) => void,
    options: { readonly once: true },
  ): void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
};

self.addEventListener(
  "message",
  ({ data }) => {
    void serveChains(data as ChainWork, loadWebEngine, (message, transfer) =>
      self.postMessage(message, transfer),
    );
  },
  { once: true },
);
