/**
 * Values of straight-line code: each element of a small tensor is a lane of a local, a number that is the same in all lanes of
 * one, a constant or a place in memory. Vectors are put together from elements where ops ask for them; where elements lie
 * together already, that costs nothing. The same vector is made once.
 */
import type { NodeId } from "../../compiler/graph.ts";
import type { DType } from "../../compiler/ops.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import { pushNumber } from "./elementwise-code.ts";
import { type LaneFormat, laneBits, maskBits } from "./lane-format.ts";

export type Element =
  | { readonly kind: "lane"; readonly local: LocalIndex; readonly lane: number }
  /** In all lanes. */
  | { readonly kind: "splat"; readonly local: LocalIndex }
  | { readonly kind: "constant"; readonly bits: bigint }
  | { readonly kind: "memory"; readonly address: number; readonly dtype: DType };

export interface StraightValues {
  elements(id: NodeId): readonly Element[] | undefined;
  define(id: NodeId, elements: readonly Element[]): void;
  /** What was read from memory is forgotten: other code may write there. */
  forgetMemory(): void;
  /** A local with that element in all lanes. */
  splat(element: Element): LocalIndex;
  /** A local with those elements in its lanes; lanes without element hold anything. */
  pack(elements: readonly Element[]): LocalIndex;
  /** The element that a local with equal lanes holds. */
  splatOf(local: LocalIndex): Element;
  /** The elements that a local holds in its first lanes. */
  lanesOf(local: LocalIndex, count: number): Element[];
  /** Whether all lanes of the local are known to be equal. */
  isSplat(local: LocalIndex): boolean;
  /** The local that `write` sets when called with this key for the first time. */
  once(key: string, isSplat: boolean, write: () => void): LocalIndex;
  constant(dtype: DType, value: number): Element;
}

export function createStraightValues(code: FunctionBuilder, format: LaneFormat): StraightValues {
  const defined = new Map<NodeId, readonly Element[]>();
  const made = new Map<string, LocalIndex>();
  const fromMemory = new Map<string, LocalIndex>();
  const splats = new Set<LocalIndex>();
  const { lanes, bytes } = format;

  const keep = (
    memo: Map<string, LocalIndex>,
    key: string,
    isSplat: boolean,
    write: () => void,
  ): LocalIndex => {
    const known = memo.get(key);
    if (known !== undefined) return known;
    write();
    const local = code.local("v128");
    code.set(local);
    memo.set(key, local);
    if (isSplat) splats.add(local);
    return local;
  };
  const once = (key: string, isSplat: boolean, write: () => void): LocalIndex =>
    keep(made, key, isSplat, write);

  const load = (address: number, dtype: DType, isSplat: boolean): LocalIndex =>
    keep(fromMemory, `${isSplat ? "splat" : "load"} ${address} ${dtype}`, isSplat, () => {
      code.i32(0);
      if (!isSplat) code.memory("v128.load", address);
      else code.memory(bytes === 8 ? "v128.load64_splat" : "v128.load32_splat", address);
      if (dtype === "bool") numberToMask(code, format);
    });

  const splat = (element: Element): LocalIndex => {
    switch (element.kind) {
      case "splat":
        return element.local;
      case "constant":
        return once(`constant ${element.bits}`, true, () => pushBits(code, format, element.bits));
      case "memory":
        return load(element.address, element.dtype, true);
      case "lane":
        return once(`splat ${element.local} ${element.lane}`, true, () => {
          code.get(element.local);
          code.get(element.local);
          code.shuffle(laneBytes(bytes, new Array<number>(lanes).fill(element.lane)));
        });
    }
  };

  /** Local and lane of any element. */
  const place = (element: Element): { local: LocalIndex; lane: number } =>
    element.kind === "lane" ? element : { local: splat(element), lane: 0 };

  const shuffled = (first: LocalIndex, second: LocalIndex, chosen: readonly number[]): LocalIndex =>
    once(`shuffle ${first} ${second} ${chosen}`, false, () => {
      code.get(first);
      code.get(second);
      code.shuffle(laneBytes(bytes, chosen));
    });

  const pack = (elements: readonly Element[]): LocalIndex => {
    const [first] = elements;
    if (elements.every((element) => isSame(element, first))) return splat(first);
    if (elements.every((each) => each.kind === "constant")) {
      const bits = elements.map((element) => element.bits);
      return once(`constant ${bits}`, false, () => pushLanes(code, format, bits));
    }
    if (
      first.kind === "memory" &&
      elements.every((each, lane) => each.kind === "memory" && each.address === first.address + lane * bytes)
    )
      return load(first.address, first.dtype, false);
    if (
      first.kind === "lane" &&
      elements.every((each, lane) => each.kind === "lane" && each.local === first.local && each.lane === lane)
    )
      return first.local;
    const places = elements.map(place);
    while (places.length < lanes) places.push(places[places.length - 1]);
    const locals = [...new Set(places.map(({ local }) => local))];
    const [one, two = one] = locals;
    if (locals.length <= 2)
      return shuffled(
        one,
        two,
        places.map(({ local, lane }) => (local === one ? lane : lanes + lane)),
      );
    const half = (left: (typeof places)[number], right: (typeof places)[number]): LocalIndex =>
      shuffled(left.local, right.local, [left.lane, lanes + right.lane, left.lane, lanes + right.lane]);
    return shuffled(half(places[0], places[1]), half(places[2], places[3]), [0, 1, lanes, lanes + 1]);
  };

  return {
    elements: (id) => defined.get(id),
    define: (id, elements) => void defined.set(id, elements),
    forgetMemory: () => fromMemory.clear(),
    splat,
    pack,
    splatOf(local) {
      splats.add(local);
      return { kind: "splat", local };
    },
    lanesOf: (local, count) =>
      Array.from({ length: count }, (_, lane) =>
        splats.has(local) ? { kind: "splat", local } : { kind: "lane", local, lane },
      ),
    isSplat: (local) => splats.has(local),
    once,
    constant: (dtype, value) => ({
      kind: "constant",
      bits: dtype === "bool" ? maskBits(format, value !== 0) : laneBits(format, dtype, value),
    }),
  };
}

function isSame(a: Element, b: Element): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "splat":
      return b.kind === "splat" && a.local === b.local;
    case "constant":
      return b.kind === "constant" && a.bits === b.bits;
    case "memory":
      return b.kind === "memory" && a.address === b.address;
    case "lane":
      return b.kind === "lane" && a.local === b.local && a.lane === b.lane;
  }
}

/** Bytes of a shuffle that moves whole lanes. */
export function laneBytes(bytes: number, lanes: readonly number[]): number[] {
  return lanes.flatMap((lane) => Array.from({ length: bytes }, (_, byte) => lane * bytes + byte));
}

/** The bits in all lanes. */
export function pushBits(code: FunctionBuilder, format: LaneFormat, bits: bigint): void {
  pushLanes(code, format, new Array<bigint>(format.lanes).fill(bits));
}

function pushLanes(code: FunctionBuilder, { bytes, lanes }: LaneFormat, bits: readonly bigint[]): void {
  const all = Array.from({ length: lanes }, (_, lane) => bits[Math.min(lane, bits.length - 1)]);
  if (bytes === 8) code.i64x2(all[0], all[1]);
  else code.i64x2(all[0] | (all[1] << 32n), all[2] | (all[3] << 32n));
}

/** Takes numbers, gives masks: all bits of a lane where it is not 0. */
export function numberToMask(code: FunctionBuilder, format: LaneFormat): void {
  pushNumber(code, format, 0);
  code.op(`${format.float}.ne`);
}

/** Takes masks, gives 0 and 1. */
export function maskToNumber(code: FunctionBuilder, format: LaneFormat): void {
  pushNumber(code, format, 1);
  code.op("v128.and");
}
