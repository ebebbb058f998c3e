const staysFor = 8_000; // ms until a typist of whom nothing more is heard is taken to have stopped

/** Who is typing. Nobody types for ever: the word that somebody stopped may get lost. */
export class Typists {
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(private readonly changed: (who: number[]) => void) {}

  set(who: number, on: boolean): void {
    const had = this.timers.has(who);
    clearTimeout(this.timers.get(who));
    this.timers.delete(who);
    if (on) this.timers.set(who, setTimeout(() => this.set(who, false), staysFor));
    if (had !== on) this.changed([...this.timers.keys()]);
  }

  clear(): void {
    for (const t of this.timers.values()) clearTimeout(t);
    this.timers.clear();
  }
}
