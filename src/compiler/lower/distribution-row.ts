/** What lowering knows of one distribution. */
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
  /** Draws by location and scale: x = place(z) of standard normal z. */
  readonly place?: (a: Algebra, z: Value, args: Arguments) => Value;
  /** The z of an x, where there is `place`. */
  readonly unplace?: (a: Algebra, x: Value, args: Arguments) => Value;
}
