/** Facts as programs read them: plain values by name, without the places, which a problem's labels have. */

/** A value that is a number, a text, a truth value, or lists and objects of such. */
export type PlainFact =
  | string
  | number
  | boolean
  | null
  | readonly PlainFact[]
  | { readonly [name: string]: PlainFact };

/**
 * All that is in `facts` but its code, its places and its help. Objects that `describe` knows are given as its text, quotes of
 * the source as what they quote.
 */
export function plainFacts(
  facts: object,
  describe: (value: object) => string | undefined = () => undefined,
): Readonly<Record<string, PlainFact>> {
  const plain = (value: unknown): PlainFact | undefined => {
    if (typeof value === "string" || typeof value === "boolean") return value;
    // JSON has no NaN and no infinities.
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (Array.isArray(value)) return value.flatMap((each: unknown) => plain(each) ?? []);
    if (typeof value !== "object" || value === null || isSpan(value)) return undefined;
    const described = describe(value);
    if (described !== undefined) return described;
    const entries = entriesOf(value);
    const [only] = entries;
    return entries.length === 1 && only[0] === "text" ? only[1] : Object.fromEntries(entries);
  };
  const entriesOf = (value: object): [string, PlainFact][] =>
    Object.entries(value).flatMap(([name, each]): [string, PlainFact][] => {
      const given = plain(each);
      return given === undefined ? [] : [[name, given]];
    });
  return Object.fromEntries(entriesOf(facts).filter(([name]) => name !== "code" && name !== "help"));
}

function isSpan(value: object): boolean {
  return "source" in value && "start" in value && "end" in value;
}
