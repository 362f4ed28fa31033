/** Places in source texts. Offsets are UTF-16 code units, `end` exclusive; `source` names a `Source`. */
export interface Span {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

export interface Source {
  /** What a message calls it: usually a path as the user gave it. */
  readonly name: string;
  readonly text: string;
  /** Of a program: the texts that its `import`s may name, called by their paths from where `name` starts. */
  readonly modules?: readonly Source[];
}

/** The smallest span that holds both. Both must be of one source. */
export function joinSpans(first: Span, second: Span): Span {
  return {
    source: first.source,
    start: Math.min(first.start, second.start),
    end: Math.max(first.end, second.end),
  };
}
