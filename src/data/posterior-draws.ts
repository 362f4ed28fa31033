/** What the writers of this folder take: draws as flat arrays with their shapes. The driver's `Posterior` fits it. */

export interface NamedValues {
  readonly name: string;
  readonly shape: readonly number[];
  /** Size names of the dimensions where they have one: "J"; "" otherwise. */
  readonly dimensions: readonly string[];
  readonly base: "real" | "int" | "bool";
  /** Row-major. */
  readonly values: Float64Array;
}

export interface PosteriorDraws {
  readonly model: string;
  readonly strategy: string;
  readonly engine: string;
  readonly seed: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly chains: number;
  /** Per chain. */
  readonly draws: number;
  /** Values of each: chains × draws × shape. */
  readonly variables: readonly NamedValues[];
  /** Per draw: chains × draws. */
  readonly sampleStats: Readonly<Record<string, Float64Array>>;
  /** Like `variables`. */
  readonly predictive: readonly NamedValues[];
  /** Like `variables`: log density of each observation; absent where it was not asked for. */
  readonly logLikelihood?: readonly NamedValues[];
  /** Predictions for other data, like `variables`, and those data; absent where they were not asked for. */
  readonly predictions?: {
    readonly variables: readonly NamedValues[];
    readonly constantData: readonly NamedValues[];
  };
  /** Values have just the shape. */
  readonly observedData: readonly NamedValues[];
  readonly constantData: readonly NamedValues[];
}

export interface PriorSample {
  readonly model: string;
  readonly seed: number;
  readonly draws: number;
  /** Values of each: draws × shape. */
  readonly variables: readonly (NamedValues & { readonly observed: boolean })[];
}
