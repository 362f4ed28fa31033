/**
 * Threads that work together inside a module. Work is offered as a stretch of numbered chunks by the thread that runs the graph; all
 * threads, that one included, take chunks until none is left. So no thread is waited for that has not begun a chunk: workers
 * may start late, be held up by the system or be gone. What a chunk computes depends on its number alone, never on
 * who takes it or on how many threads there are.
 *
 * A chunk is taken by one addition to the offer, which names stretch and chunk at once; who comes late takes a chunk of the
 * next stretch, or none. Threads without work spin for a moment, then sleep.
 */
import { bug } from "../../../base/bug.ts";
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { failures, planTeam, type TeamLayout } from "./team-layout.ts";

export interface Stretch {
  readonly number: number;
  /** (chunk, thread) */
  readonly target: FunctionIndex;
  readonly chunks: number;
}

export interface Team {
  /** Most threads that run. */
  readonly threads: number;
  /** Whether there is no stretch yet. */
  readonly isIdle: boolean;
  /** `write` gets the chunk's number and that of the thread, below `threads`. */
  addStretch(
    name: string,
    chunks: number,
    write: (code: FunctionBuilder, chunk: LocalIndex, thread: LocalIndex) => void,
  ): Stretch;
  /** All chunks are done behind this code. */
  run(code: FunctionBuilder, stretch: Stretch): void;
  /** When all stretches are known. Undefined where there is one thread. */
  finish(): TeamLayout | undefined;
}

export const mostChunks = 0xffff;
const mostStretches = 0xffff;

const chunkType = { params: ["i32", "i32"], results: [] } as const;

export function createTeam(module: ModuleBuilder, threads: number, reserve: (bytes: number) => number): Team {
  const stretches: Stretch[] = [];
  const isAlone = threads === 1;
  const layout = isAlone ? undefined : planTeam(reserve);
  const perform = isAlone ? -1 : module.declare("perform", { params: ["i32", "i32", "i32"], results: [] });
  const take = layout && emitTakeChunks(module, layout, perform);
  const offer = layout && take !== undefined ? emitOffer(module, layout, take) : undefined;
  return {
    threads,
    get isIdle() {
      return stretches.length === 0;
    },
    addStretch(name, chunks, write) {
      if (chunks < 1 || chunks > mostChunks || stretches.length >= mostStretches)
        return bug(`${name} has ${chunks} chunks`);
      const target = module.addFunction(name, chunkType, (code) => write(code, 0, 1));
      const stretch = { number: stretches.length, target, chunks };
      stretches.push(stretch);
      return stretch;
    },
    run(code, { number, target, chunks }) {
      if (offer === undefined || chunks === 1) {
        runHere(code, target, chunks);
        return;
      }
      code.i32((number << 16) | chunks);
      code.call(offer);
    },
    finish() {
      if (layout === undefined || take === undefined) return undefined;
      module.define(perform, (code) => {
        if (stretches.length === 0) return;
        code.switch(
          () => code.get(0),
          stretches.map(({ target }) => () => {
            code.get(1);
            code.get(2);
            code.call(target);
          }),
        );
      });
      module.exportFunction("work", emitWork(module, layout, take));
      return layout;
    },
  };
}

function runHere(code: FunctionBuilder, target: FunctionIndex, chunks: number): void {
  const chunk = code.local("i32");
  code.i32(0);
  code.set(chunk);
  code.loop((again) => {
    code.get(chunk);
    code.i32(0);
    code.call(target);
    code.get(chunk);
    code.i32(1);
    code.op("i32.add");
    code.tee(chunk);
    code.i32(chunks);
    code.op("i32.lt_u");
    code.branchIf(again);
  });
}

/** (thread): takes chunks of what is offered until none is left. */
function emitTakeChunks(module: ModuleBuilder, layout: TeamLayout, perform: FunctionIndex): FunctionIndex {
  return module.addFunction("take chunks", { params: ["i32"], results: [] }, (code) => {
    const thread = 0;
    const taken = code.local("i64");
    const chunk = code.local("i32");
    const work = code.local("i32");
    const count = code.local("i32");
    code.block((none) =>
      code.loop((again) => {
        code.i32(0);
        code.i64(1n);
        code.atomic("i64.atomic.rmw.add", layout.offer);
        code.tee(taken);
        code.op("i32.wrap_i64");
        code.set(chunk);
        code.get(taken);
        code.i64(32n);
        code.op("i64.shr_u");
        code.op("i32.wrap_i64");
        code.tee(work);
        code.i32(0xffff);
        code.op("i32.and");
        code.set(count);
        code.get(chunk);
        code.get(count);
        code.op("i32.ge_u");
        code.branchIf(none);
        code.get(work);
        code.i32(16);
        code.op("i32.shr_u");
        code.get(chunk);
        code.get(thread);
        code.call(perform);
        // Who does the last chunk wakes the one that waits for it.
        code.i32(0);
        code.i32(1);
        code.atomic("i32.atomic.rmw.add", layout.done);
        code.i32(1);
        code.op("i32.add");
        code.get(count);
        code.op("i32.eq");
        code.if(() => wakeIf(code, layout.isAwaited, layout.done));
        code.branch(again);
      }),
    );
  });
}

/** Wakes whoever sleeps at an address, if that other word is not 0: waking is a call, also where nobody sleeps. */
function wakeIf(code: FunctionBuilder, word: number, address: number): void {
  code.i32(0);
  code.atomic("i32.atomic.load", word);
  code.if(() => {
    code.i32(0);
    code.i32(-1);
    code.atomic("memory.atomic.notify", address);
    code.op("drop");
  });
}

/** About 10 µs. */
const spins = 10_000;
const second = 1_000_000_000;
/** Sleeps of a second, or as many spins, in a row without anything done: then whoever took a chunk is taken for dead. */
const mostSilence = 120;

/** (stretch · 2¹⁶ + count): offers a stretch, takes part in it, and waits until all chunks are done. */
function emitOffer(module: ModuleBuilder, layout: TeamLayout, take: FunctionIndex): FunctionIndex {
  return module.addFunction("offer", { params: ["i32"], results: [] }, (code) => {
    const work = 0;
    const count = code.local("i32");
    const done = code.local("i32");
    const spun = code.local("i32");
    const silence = code.local("i32");
    code.get(work);
    code.i32(0xffff);
    code.op("i32.and");
    code.set(count);
    code.i32(0);
    code.i32(0);
    code.atomic("i32.atomic.store", layout.done);
    code.i32(0);
    code.get(work);
    code.op("i64.extend_i32_u");
    code.i64(32n);
    code.op("i64.shl");
    code.atomic("i64.atomic.store", layout.offer);
    code.i32(0);
    code.i32(1);
    code.atomic("i32.atomic.rmw.add", layout.turn);
    code.op("drop");
    wakeIf(code, layout.sleepers, layout.turn);
    code.i32(0);
    code.call(take);

    code.block((allDone) =>
      code.loop((again) => {
        code.i32(0);
        code.atomic("i32.atomic.load", layout.failed);
        code.if(() => code.op("unreachable"));
        code.i32(0);
        code.atomic("i32.atomic.load", layout.done);
        code.tee(done);
        code.get(count);
        code.op("i32.eq");
        code.branchIf(allDone);
        code.get(spun);
        code.i32(1);
        code.op("i32.add");
        code.tee(spun);
        code.i32(0);
        code.memory("i32.load", layout.maySleep);
        code.if(
          () => code.i32(spins),
          () => code.i32(second),
          "i32",
        );
        code.op("i32.lt_u");
        code.branchIf(again);
        // Slept or spun for long enough to look whether there is life.
        code.i32(0);
        code.memory("i32.load", layout.maySleep);
        code.if(
          () => {
            setWord(code, layout.isAwaited, 1);
            code.i32(0);
            code.get(done);
            code.i64(BigInt(second));
            code.atomic("memory.atomic.wait32", layout.done);
            setWord(code, layout.isAwaited, 0);
            // 2: nobody woke us.
            code.i32(2);
            code.op("i32.eq");
          },
          () => {
            code.i32(0);
            code.set(spun);
            code.i32(1);
          },
          "i32",
        );
        code.get(silence);
        code.op("i32.add");
        code.tee(silence);
        code.i32(mostSilence);
        code.op("i32.gt_u");
        code.if(() => setWord(code, layout.failed, failures.silence));
        code.branch(again);
      }),
    );
  });
}

function setWord(code: FunctionBuilder, address: number, value: number): void {
  code.i32(0);
  code.i32(value);
  code.atomic("i32.atomic.store", address);
}

/** (thread): what a worker does from its start until it is stopped. */
function emitWork(module: ModuleBuilder, layout: TeamLayout, take: FunctionIndex): FunctionIndex {
  return module.addFunction("work", { params: ["i32"], results: [] }, (code) => {
    const thread = 0;
    const turn = code.local("i32");
    const spun = code.local("i32");
    const isStopped = (): void => {
      code.i32(0);
      code.atomic("i32.atomic.load", layout.stopped);
    };
    const addSleeper = (by: number): void => {
      code.i32(0);
      code.i32(by);
      code.atomic("i32.atomic.rmw.add", layout.sleepers);
      code.op("drop");
    };
    code.block((end) =>
      code.loop((again) => {
        isStopped();
        code.branchIf(end);
        code.i32(0);
        code.atomic("i32.atomic.load", layout.turn);
        code.set(turn);
        code.get(thread);
        code.call(take);
        code.i32(0);
        code.set(spun);
        code.loop((spin) => {
          code.i32(0);
          code.atomic("i32.atomic.load", layout.turn);
          code.get(turn);
          code.op("i32.ne");
          code.branchIf(again);
          code.get(spun);
          code.i32(1);
          code.op("i32.add");
          code.tee(spun);
          code.i32(spins);
          code.op("i32.lt_u");
          code.branchIf(spin);
        });
        addSleeper(1);
        code.i32(0);
        code.get(turn);
        code.i64(-1n);
        code.atomic("memory.atomic.wait32", layout.turn);
        code.op("drop");
        addSleeper(-1);
        code.branch(again);
      }),
    );
  });
}
