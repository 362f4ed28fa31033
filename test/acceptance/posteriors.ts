/** The published and recomputed posteriors that programs of ours are compared with. */

export interface Case {
  /** Name in the collection. */
  readonly posterior: string;
  readonly collection: "posteriordb" | "posteriordb_extra";
  /** Paths from the root of the repository. */
  readonly model: string;
  readonly data: string;
  /** Names of ours where they are not those of the reference with indices from 0. */
  readonly names?: Readonly<Record<string, string>>;
  /** Names of ours for values in the data. */
  readonly dataNames?: Readonly<Record<string, string>>;
  /** Per chain; 4 chains. */
  readonly draws: number;
  readonly targetAccept?: number;
  /** The geometry defeats the sampler, as it does elsewhere: then the answer has to say so. */
  readonly mayFailIfTold?: boolean;
}

/**
 * The error of a mean is √(1/ESS + 1/10 000) posterior standard deviations, the second part being that of the reference's own
 * 10 000 draws: with an effective sample size of 3 000 the limit of 0.1 is five times that.
 */
const many = 5000;

/** The models of `examples/`, against published draws and log densities. */
export const published: readonly Case[] = [
  {
    posterior: "eight_schools-eight_schools_noncentered",
    collection: "posteriordb",
    model: "examples/eight-schools/eight-schools.ppl",
    data: "eight_schools",
    draws: many,
  },
  {
    posterior: "kidiq-kidscore_momiq",
    collection: "posteriordb",
    model: "examples/kidiq/kidiq.ppl",
    data: "kidiq",
    names: { "beta[1]": "alpha", "beta[2]": "beta" },
    draws: many,
  },
  {
    posterior: "low_dim_gauss_mix-low_dim_gauss_mix",
    collection: "posteriordb",
    model: "examples/gaussian-mixture/gaussian-mixture.ppl",
    data: "low_dim_gauss_mix",
    draws: many,
  },
  {
    posterior: "arK-arK",
    collection: "posteriordb",
    model: "examples/autoregression/autoregression.ppl",
    data: "arK",
    draws: many,
  },
];

/** More models; those of `posteriordb_extra` against long runs of another sampler, without log densities. */
export const further: readonly Case[] = [
  {
    posterior: "eight_schools-eight_schools_centered",
    collection: "posteriordb",
    model: "examples/eight-schools/eight-schools-centred.ppl",
    data: "eight_schools",
    draws: many,
    targetAccept: 0.95,
    mayFailIfTold: true,
  },
  {
    posterior: "garch-garch11",
    collection: "posteriordb",
    model: "test/lang/programs/garch.ppl",
    data: "garch",
    draws: 1500,
  },
  {
    posterior: "wells_data-wells_dist100_model",
    collection: "posteriordb_extra",
    model: "examples/wells/wells.ppl",
    data: "wells_data",
    names: { "beta[1]": "beta" },
    dataNames: { dist: "distance" },
    draws: 3000,
  },
  {
    posterior: "GLM_Poisson_Data-GLM_Poisson_model",
    collection: "posteriordb_extra",
    model: "test/acceptance/models/poisson-regression.ppl",
    data: "GLM_Poisson_Data",
    names: { beta1: "beta[0]", beta2: "beta[1]", beta3: "beta[2]" },
    draws: many,
  },
  {
    posterior: "surgical_data-surgical_model",
    collection: "posteriordb_extra",
    model: "test/acceptance/models/surgical.ppl",
    data: "surgical_data",
    draws: many,
  },
  {
    posterior: "rats_data-rats_model",
    collection: "posteriordb_extra",
    model: "test/acceptance/models/rats.ppl",
    data: "rats_data",
    draws: 3000,
  },
  {
    posterior: "radon_mn-radon_hierarchical_intercept_noncentered",
    collection: "posteriordb_extra",
    model: "test/acceptance/models/radon.ppl",
    data: "radon_mn",
    draws: 3000,
  },
];
