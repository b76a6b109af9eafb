/** How often somebody may try: so often in a window, by name. In memory of this process, for the names seen last. */

export type Attempts = {
  /** 0 where one more is allowed, which counts from now on; otherwise how long to wait, in seconds. */
  begin(name: string): number;
  /** One that was begun was right, and does not count. */
  forgive(name: string): void;
};

export type AttemptRules = { readonly most: number; readonly windowMs: number; readonly now: () => number; readonly namesKept?: number };

export function countAttempts({ most, windowMs, now, namesKept = 10_000 }: AttemptRules): Attempts {
  const known = new Map<string, { count: number; readonly endsAt: number }>();
  const current = (name: string) => {
    const entry = known.get(name);
    if (entry === undefined || now() < entry.endsAt) return entry;
    known.delete(name);
    return undefined;
  };
  return {
    begin(name) {
      const entry = current(name);
      if (entry === undefined) known.set(name, { count: 1, endsAt: now() + windowMs });
      else if (entry.count >= most) return Math.ceil((entry.endsAt - now()) / 1000);
      else entry.count += 1;
      if (known.size > namesKept) known.delete(known.keys().next().value as string);
      return 0;
    },
    forgive(name) {
      const entry = current(name);
      if (entry !== undefined) entry.count -= 1;
    },
  };
}
