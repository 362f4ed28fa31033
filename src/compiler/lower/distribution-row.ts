/** What lowering knows of one distribution. */
import type { DistributionName } from "../../lang/distributions.ts";
import type { Noise } from "./draws.ts";
import type { Algebra, Value } from "./value.ts";

export type Arguments = Readonly<Record<string, Value>>;

export interface DistributionRow {
  /**
   * Terms of log p(x | arguments). Elementwise over the event, except for vectors and matrices drawn as a whole, whose terms lack
   * the dimensions of one draw.
   */
  logDensity(a: Algebra, x: Value, args: Arguments): readonly Value[];
  /** Absent: no draws (improper). */
  readonly draw?: (a: Algebra, noise: Noise, args: Arguments) => Value;
  /** Location and scale form: x = place(z) with z elementwise from `standard`, with the arguments but loc 0 and scale 1. */
  readonly locationScale?: {
    readonly standard: DistributionName;
    place(a: Algebra, z: Value, args: Arguments): Value;
  };
}
