// A tree as rows, and what the keys of the ARIA tree pattern do in it. Pure: views/tree draws the rows.

/** One thing in a tree. Kids make it a branch, even when there are none. */
export interface Branch<T> {
  key: string; // unique in the tree
  label: string; // by which typing finds it
  data: T;
  kids?: readonly Branch<T>[];
  shut?: false; // always open
}

export interface Row<T> {
  key: string;
  label: string;
  data: T;
  level: number; // from 1
  pos: number; // among its siblings, from 1
  size: number; // how many siblings there are
  open?: boolean; // of branches
  fixed?: boolean; // a branch that is always open
  parent?: string;
}

/** The rows that can be seen: everything whose branches are open. */
export function flatten<T>(tree: readonly Branch<T>[], opened: ReadonlySet<string>, level = 1, parent?: string): Row<T>[] {
  return tree.flatMap((b, i) => {
    const open = b.kids && (b.shut === false || opened.has(b.key));
    const row: Row<T> = {
      key: b.key, label: b.label, data: b.data, level, pos: i + 1, size: tree.length,
      ...(b.kids ? { open: open === true, ...(b.shut === false ? { fixed: true } : {}) } : {}), ...(parent === undefined ? {} : { parent }),
    };
    return open ? [row, ...flatten(b.kids!, opened, level + 1, b.key)] : [row];
  });
}

export type Step = { focus: string } | { open: string } | { shut: string } | { act: string } | { inside: string } | { siblings: string[] };

const page = 10; // rows that PageUp and PageDown go

/** What a key does at a row; undefined: nothing. Letters are for `typed`. */
export function step<T>(rows: readonly Row<T>[], at: string | undefined, key: string): Step | undefined {
  if (!rows.length) return undefined;
  const found = rows.findIndex((r) => r.key === at);
  const i = Math.max(0, found);
  const row = rows[i]!;
  const to = (n: number): Step => ({ focus: rows[Math.min(rows.length - 1, Math.max(0, n))]!.key });
  switch (key) {
    case "ArrowDown": return to(found < 0 ? 0 : i + 1);
    case "ArrowUp": return to(i - 1);
    case "PageDown": return to(i + page);
    case "PageUp": return to(i - page);
    case "Home": return to(0);
    case "End": return to(rows.length - 1);
    case "ArrowRight":
      if (row.open === undefined) return { inside: row.key };
      if (!row.open) return { open: row.key };
      return rows[i + 1]?.parent === row.key ? to(i + 1) : undefined;
    case "ArrowLeft":
      if (row.open && !row.fixed) return { shut: row.key };
      return row.parent === undefined ? undefined : { focus: row.parent };
    case "*": {
      const siblings = rows.filter((r) => r.parent === row.parent && r.open === false).map((r) => r.key);
      return siblings.length ? { siblings } : undefined;
    }
    case "Enter":
    case " ":
      if (row.open === undefined) return { act: row.key };
      if (row.fixed) return undefined;
      return row.open ? { shut: row.key } : { open: row.key };
  }
  return undefined;
}

const plain = (s: string) => s.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** The row that typed letters lead to: the next one that begins with them; the same letter again goes on. */
export function typed<T>(rows: readonly Row<T>[], at: string | undefined, letters: string): string | undefined {
  const same = [...letters].every((c) => c === letters[0]);
  const want = plain(same ? letters[0]! : letters);
  const from = Math.max(0, rows.findIndex((r) => r.key === at));
  const start = letters.length === 1 || same ? from + 1 : from;
  for (let n = 0; n < rows.length; n++) {
    const row = rows[(start + n) % rows.length]!;
    if (plain(row.label).startsWith(want)) return row.key;
  }
  return undefined;
}
