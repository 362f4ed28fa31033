/** The published and recomputed posteriors that `examples/posteriordb` is compared with: all 43 of the one collection, 12 of the other. */

export interface Case {
  /** Name in the collection: `<data>-<model>`. */
  readonly posterior: string;
  readonly collection: "posteriordb" | "posteriordb_extra";
  /** Path of the program from the root of the repository. */
  readonly model: string;
  /** Name of the data file. */
  readonly data: string;
  /** Names of ours where they are not those of the reference with indices from 0. */
  readonly names: Readonly<Record<string, string>>;
  /** Names of ours for values in the data. */
  readonly dataNames: Readonly<Record<string, string>>;
  /** Why the answer may be off, in words; the verdict has to say so as well. */
  readonly mayBeOff?: string;
}

/** Models by data file, under their names in the collection. */
const published: Readonly<Record<string, readonly string[]>> = {
  arK: ["arK"],
  bball_drive_event_0: ["hmm_drive_0"],
  diamonds: ["diamonds"],
  earnings: [
    "earn_height",
    "log10earn_height",
    "logearn_height",
    "logearn_height_male",
    "logearn_interaction",
    "logearn_interaction_z",
    "logearn_logheight_male",
  ],
  eight_schools: ["eight_schools_centered", "eight_schools_noncentered"],
  garch: ["garch11"],
  gp_pois_regr: ["gp_regr"],
  hmm_example: ["hmm_example"],
  hudson_lynx_hare: ["lotka_volterra"],
  kidiq: ["kidscore_momhs", "kidscore_momhsiq", "kidscore_momiq"],
  kidiq_with_mom_work: [
    "kidscore_interaction_c",
    "kidscore_interaction_c2",
    "kidscore_interaction_z",
    "kidscore_mom_work",
  ],
  kilpisjarvi_mod: ["kilpisjarvi"],
  low_dim_gauss_mix: ["low_dim_gauss_mix"],
  mcycle_gp: ["accel_gp"],
  mesquite: ["logmesquite", "logmesquite_logva", "logmesquite_logvas", "logmesquite_logvolume", "mesquite"],
  nes1972: ["nes"],
  nes1976: ["nes"],
  nes1980: ["nes"],
  nes1984: ["nes"],
  nes1988: ["nes"],
  nes1992: ["nes"],
  nes2000: ["nes"],
  sblri: ["blr"],
};

/** Without published references: these are long runs of another sampler. */
const recomputed: Readonly<Record<string, readonly string[]>> = {
  GLMM_Poisson_data: ["GLMM_Poisson_model"],
  GLM_Poisson_Data: ["GLM_Poisson_model"],
  M0_data: ["M0_model"],
  dogs: ["dogs", "dogs_hierarchical", "dogs_log"],
  nes_logit_data: ["nes_logit_model"],
  radon_mn: ["radon_hierarchical_intercept_noncentered", "radon_pooled"],
  rats_data: ["rats_model"],
  surgical_data: ["surgical_model"],
  wells_data: ["wells_dist100_model"],
};

/** What is particular of single models. */
const particular: Readonly<Record<string, Partial<Pick<Case, "names" | "dataNames" | "mayBeOff">>>> = {
  dogs_log: { names: { "beta[1]": "beta_avoid", "beta[2]": "beta_shock" } },
  eight_schools_centered: { mayBeOff: "a funnel that the centred form cannot enter" },
  lotka_volterra: {
    names: { "theta[1]": "alpha", "theta[2]": "beta", "theta[3]": "gamma", "theta[4]": "delta" },
  },
  wells_dist100_model: { dataNames: { dist: "distance" } },
};

export const posteriors: readonly Case[] = [
  ...casesOf("posteriordb", published),
  ...casesOf("posteriordb_extra", recomputed),
];

function casesOf(
  collection: Case["collection"],
  models: Readonly<Record<string, readonly string[]>>,
): readonly Case[] {
  return Object.entries(models).flatMap(([data, names]) =>
    names.map(
      (name): Case => ({
        posterior: `${data}-${name}`,
        collection,
        model: `examples/posteriordb/${name}.ppl`,
        data,
        names: {},
        dataNames: {},
        ...particular[name],
      }),
    ),
  );
}
