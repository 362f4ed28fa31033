/** What the writers of the sampler's functions share: the module, the memory, and the variables of one transition. */
import type { FunctionBuilder, FunctionIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import type { MathContext } from "../math-interface.ts";
import type { SamplerLayout } from "./sampler-layout.ts";

/** Coordinates that are one input of the density. */
export interface CoordinateRun {
  /** Name of the graph input; its gradient is the output `gradient/<input>`. */
  readonly input: string;
  /** Where it starts among all coordinates. */
  readonly offset: number;
  readonly length: number;
}

export interface Density {
  /** Computes log density and gradient at `layout.input`. */
  readonly run: FunctionIndex;
  readonly logDensity: number;
  /** Where the gradient lies, by ascending offset. */
  readonly gradients: readonly {
    readonly offset: number;
    readonly length: number;
    readonly address: number;
  }[];
}

/** Variables of the module. */
export interface SamplerGlobals {
  /** i32: the key and the step of the random numbers, the next position to be made, and where the next number of the tree lies. */
  readonly seed: number;
  readonly stream: number;
  readonly step: number;
  readonly position: number;
  readonly nextUniform: number;
  /** f64: negative to go back in time. */
  readonly stepSize: number;
  readonly maxEnergyError: number;
  readonly initialEnergy: number;
  /** f64: weights of points are exp(initial energy − energy − reference). Zero unless that would overflow. */
  readonly reference: number;
  /** f64: sum of acceptance probabilities. */
  readonly acceptance: number;
  /** i32: whether the density is that of the whitened coordinates. */
  readonly isWhitened: number;
  /** i32 */
  readonly leapfrogs: number;
  readonly divergent: number;
}

export interface SamplerProgram {
  readonly module: ModuleBuilder;
  readonly layout: SamplerLayout;
  readonly density: Density;
  readonly globals: SamplerGlobals;
  /** (address, end, seed, stream, step, position), all i32. */
  readonly fillUniform: FunctionIndex;
  /** Whether relaxed SIMD is there. */
  readonly relaxed: boolean;
  context(code: FunctionBuilder): MathContext;
  /** A vector on the stack → its exponential. */
  exponential(code: FunctionBuilder): void;
}

export function addGlobals(module: ModuleBuilder): SamplerGlobals {
  const integer = (): number => module.addGlobal("i32");
  const number = (): number => module.addGlobal("f64");
  return {
    seed: integer(),
    stream: integer(),
    step: integer(),
    position: integer(),
    nextUniform: integer(),
    stepSize: number(),
    maxEnergyError: number(),
    initialEnergy: number(),
    reference: number(),
    acceptance: number(),
    isWhitened: integer(),
    leapfrogs: integer(),
    divergent: integer(),
  };
}

/** The weight that says that a subtree diverged or turned back on itself: weights are not negative. */
export const noWeight = -1;
