/** Keeps the most recently used entries. */
export interface RecentlyUsed<Value> {
  /** What is kept under the key; `make` gives it, and it is kept, where there is nothing. */
  get(key: string, make: () => Value): Value;
}

export function recentlyUsed<Value>(capacity: number): RecentlyUsed<Value> {
  const entries = new Map<string, Value>();
  return {
    get(key, make) {
      const value = entries.get(key) ?? make();
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > capacity) entries.delete(oldest);
      return value;
    },
  };
}
