/** Storage of this tab that never throws: where the browser forbids it, things last as long as the page. */
export class Keep {
  private readonly memory = new Map<string, string>();
  constructor(private readonly store: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined) {}

  get(key: string): string | undefined {
    try {
      return this.store?.getItem(key) ?? this.memory.get(key);
    } catch {
      return this.memory.get(key);
    }
  }

  /** Keeps a value; undefined forgets it. */
  set(key: string, value: string | undefined): void {
    if (value === undefined) this.memory.delete(key);
    else this.memory.set(key, value);
    try {
      if (value === undefined) this.store?.removeItem(key);
      else this.store?.setItem(key, value);
    } catch {
      // Full or forbidden: memory has it.
    }
  }

  /** A JSON value, or undefined when there is none or it can't be read. */
  read<T>(key: string): T | undefined {
    const text = this.get(key);
    if (!text) return undefined;
    try {
      return JSON.parse(text) as T;
    } catch {
      this.set(key, undefined);
      return undefined;
    }
  }
}

/** The tab's own storage. */
export function tabKeep(): Keep {
  try {
    return new Keep(globalThis.sessionStorage);
  } catch {
    return new Keep(undefined);
  }
}
