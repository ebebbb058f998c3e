// What was written but not sent, kept across reloads. Storage may be blocked or full (private
// windows, foreign frames): then it lasts as long as the page.

export class Shelf {
  private readonly memory = new Map<string, string>();

  constructor(
    private readonly owner: string,
    private readonly storage: Storage | undefined = openStorage(),
  ) {}

  get(name: string): string {
    const key = this.key(name);
    const held = this.memory.get(key);
    if (held !== undefined) return held;
    try {
      return this.storage?.getItem(key) ?? "";
    } catch {
      return "";
    }
  }

  set(name: string, value: string): void {
    const key = this.key(name);
    this.memory.set(key, value);
    try {
      if (value === "") this.storage?.removeItem(key);
      else this.storage?.setItem(key, value);
    } catch {
      // Memory still has it.
    }
  }

  private key(name: string): string {
    return `teams/${this.owner}/${name}`;
  }
}

function openStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
