/**
 * A headless Chromium, driven over its pipe by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol):
 * messages are JSON, each ended by a zero byte.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser that PPL_CHROMIUM names, or one in a usual place. */
export function findChromium(): string | undefined {
  return process.env.PPL_CHROMIUM ?? usualPlaces.find((path) => existsSync(path));
}

export const noChromium = "no Chromium here: install it, or name it in PPL_CHROMIUM";

export interface Browser {
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

export interface Page {
  /** The value of an expression, a promise awaited, as JSON carries it. Rejects with what is thrown there. */
  evaluate(expression: string): Promise<unknown>;
  /** What the page's console and its content policy said, one line each. */
  readonly messages: readonly string[];
}

const usualOptions = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-pipe",
];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export async function startChromium(path: string, options: readonly string[]): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "ppl-chromium-"));
  const child = spawn(path, [...usualOptions, ...options, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const waiting = new Map<number, (message: Message) => void>();
  const listeners = new Map<string, (message: Message) => void>();
  let text = "";
  let last = 0;
  output.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const messages = text.split("\0");
    text = messages.pop() ?? "";
    for (const each of messages) {
      const message = JSON.parse(each) as Message;
      if (message.id !== undefined) waiting.get(message.id)?.(message);
      else if (message.sessionId !== undefined) listeners.get(message.sessionId)?.(message);
    }
  });
  const gone = new Promise<never>((_, reject) =>
    child.once("exit", (code) => reject(new Error(`Chromium ended with code ${code}`))),
  );
  gone.catch(() => undefined);
  const send = async (method: string, params: object = {}, sessionId?: string): Promise<unknown> => {
    last += 1;
    const id = last;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await Promise.race([answer, gone]);
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };

  return {
    async open(url) {
      const { targetId } = (await send("Target.createTarget", { url: "about:blank" })) as {
        targetId: string;
      };
      const attached = await send("Target.attachToTarget", { targetId, flatten: true });
      const { sessionId } = attached as { sessionId: string };
      const messages: string[] = [];
      const loaded = new Promise<void>((resolve) => {
        listeners.set(sessionId, ({ method, params }) => {
          if (method === "Page.loadEventFired") resolve();
          else if (method === "Log.entryAdded" || method === "Runtime.exceptionThrown")
            messages.push(JSON.stringify(params));
        });
      });
      for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`, {}, sessionId);
      await send("Page.navigate", { url }, sessionId);
      await Promise.race([loaded, gone]);
      return {
        messages,
        async evaluate(expression) {
          const answer = (await send(
            "Runtime.evaluate",
            { expression, awaitPromise: true, returnByValue: true, allowUnsafeEvalBlockedByCSP: false },
            sessionId,
          )) as {
            readonly result: { readonly value?: unknown };
            readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
          };
          if (answer.exceptionDetails !== undefined)
            throw new Error(answer.exceptionDetails.exception?.description ?? "an exception in the page");
          return answer.result.value;
        },
      };
    },
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await send("Browser.close").catch(() => child.kill());
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
