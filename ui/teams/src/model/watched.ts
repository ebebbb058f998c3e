// State that views watch: whoever changes it says so, once per change.

export class Watched {
  private readonly watchers = new Set<() => void>();
  version = 0; // counts changes

  /** Calls `watcher` after each change until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  protected changed(): void {
    this.version++;
    for (const watcher of [...this.watchers]) watcher();
  }
}
