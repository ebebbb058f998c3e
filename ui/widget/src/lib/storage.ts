// Storage that never throws: where the browser blocks it (private windows, frames of other sites) things live in memory until the
// page goes, and `kept` says so.

export interface Keep {
  readonly kept: boolean; // false: memory only
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(prefix: string): string[];
}

/** Wraps a browser's storage; open is a function because merely touching localStorage may throw. */
export function keep(open: () => Storage): Keep {
  try {
    const store = open();
    const probe = "trialog:probe";
    store.setItem(probe, "1");
    store.removeItem(probe);
    return browser(store);
  } catch {
    return memory();
  }
}

function browser(store: Storage): Keep {
  const late = memory(); // takes what a full storage refuses
  return {
    kept: true,
    get: (key) => late.get(key) ?? store.getItem(key) ?? undefined,
    set(key, value) {
      try {
        store.setItem(key, value);
        late.remove(key);
      } catch {
        late.set(key, value);
      }
    },
    remove(key) {
      late.remove(key);
      store.removeItem(key);
    },
    keys: (prefix) => [...new Set([...Object.keys(store).filter((k) => k.startsWith(prefix)), ...late.keys(prefix)])],
  };
}

function memory(): Keep {
  const map = new Map<string, string>();
  return {
    kept: false,
    get: (key) => map.get(key),
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    keys: (prefix) => [...map.keys()].filter((k) => k.startsWith(prefix)),
  };
}
