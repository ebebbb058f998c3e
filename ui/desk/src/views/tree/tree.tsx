import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type ReactNode, type Ref } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { step, typed, type Row } from "../../model/tree";

export interface TreeHandle {
  focus(): void;
}

/** What a row tells those who listen, and whether it can be ticked or chosen. */
export interface Said {
  label: string;
  checked?: boolean | undefined;
  selected?: boolean | undefined;
  disabled?: boolean | undefined;
}

interface Props<T> {
  ref?: Ref<TreeHandle>;
  label: string;
  multi?: boolean;
  rows: readonly Row<T>[];
  say: (row: Row<T>) => Said;
  draw: (row: Row<T>) => ReactNode;
  onOpen: (key: string, open: boolean) => void;
  onAct: (row: Row<T>) => void; // a click, Enter or the space bar on a leaf
  onTop?: () => void; // Up on the first row
}

const pause = 700; // ms after which typing begins anew

/** A tree of any length: only what can be seen, and the row with the focus, is in the document. */
export function Tree<T>({ ref, label, multi, rows, say, draw, onOpen, onAct, onTop }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const [at, setAt] = useState<string>();
  const wanted = useRef<string>(undefined); // the row to be focused once it is drawn
  const letters = useRef({ text: "", when: 0 });
  const here = rows.findIndex((r) => r.key === at);
  const active = Math.max(0, here);
  const holder = useRef<string>(undefined); // the row that has the focus until the next one is drawn: keys pressed meanwhile go on from there
  const held = holder.current === at ? -1 : rows.findIndex((r) => r.key === holder.current);
  const kept = [active, held].filter((i) => i >= 0 && i < rows.length).sort((a, b) => a - b);

  const focusRow = useCallback((key: string) => {
    const i = rows.findIndex((r) => r.key === key);
    if (i < 0) return;
    const drawn = box.current?.querySelector<HTMLElement>(`[data-row="${i}"]`);
    drawn?.focus({ preventScroll: true });
    wanted.current = drawn && document.activeElement === drawn ? undefined : key;
    setAt(key);
    list.current?.scrollToIndex(i, { align: "nearest" });
  }, [rows]);
  useLayoutEffect(() => {
    if (wanted.current === undefined || wanted.current !== at) return undefined;
    let frame = 0;
    const settle = (tries: number) => { // a row far away is drawn, and can be seen, a moment after it was asked for
      const el = box.current?.querySelector<HTMLElement>(`[data-row="${active}"]`);
      el?.focus({ preventScroll: true });
      if ((el && document.activeElement === el) || !tries) wanted.current = undefined;
      else frame = requestAnimationFrame(() => settle(tries - 1));
    };
    settle(60);
    return () => cancelAnimationFrame(frame);
  });
  useImperativeHandle(ref, () => ({ focus: () => rows[active] && focusRow(rows[active].key) }));
  useEffect(() => {
    if (at !== undefined && here < 0) setAt(undefined); // the row has gone
  }, [at, here]);

  const pressed = (e: KeyboardEvent<HTMLDivElement>) => {
    const onRow = (e.target as HTMLElement).dataset.row !== undefined;
    if (e.nativeEvent.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    if (!onRow) return inside(e);
    if (e.key === "ArrowUp" && active === 0 && onTop) return (e.preventDefault(), onTop());
    const s = step(rows, rows[active]?.key, e.key);
    if (s) {
      e.preventDefault();
      letters.current.text = ""; // another key ends a word
      if ("focus" in s) focusRow(s.focus);
      else if ("open" in s) onOpen(s.open, true);
      else if ("shut" in s) onOpen(s.shut, false);
      else if ("siblings" in s) for (const key of s.siblings) onOpen(key, true);
      else if ("inside" in s) (e.target as HTMLElement).querySelector<HTMLElement>("[data-act]")?.focus();
      else onAct(rows[active]!);
    } else if (e.key.length === 1 && e.key !== " ") search(e.key);
  };
  /** On a button inside a row: the arrows go from one to the next and back to the row. */
  const inside = (e: KeyboardEvent<HTMLDivElement>) => {
    if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
    const row = (e.target as HTMLElement).closest<HTMLElement>("[data-row]");
    const acts = [...(row?.querySelectorAll<HTMLElement>("[data-act]") ?? [])];
    const i = acts.indexOf(e.target as HTMLElement) + (e.key === "ArrowRight" ? 1 : -1);
    e.preventDefault();
    (i < 0 ? row : (acts[i] ?? (e.target as HTMLElement)))?.focus();
  };
  const search = (letter: string) => {
    const l = letters.current;
    const now = Date.now();
    l.text = now - l.when > pause ? letter : l.text + letter;
    l.when = now;
    const found = typed(rows, rows[active]?.key, l.text);
    if (found) focusRow(found);
  };
  const focused = (e: FocusEvent<HTMLDivElement>) => {
    const i = (e.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
    const row = i === undefined ? undefined : rows[Number(i)];
    if (!row) return;
    holder.current = row.key;
    if (row.key !== at) setAt(row.key);
  };
  const clicked = (row: Row<T>) => (row.open === undefined ? onAct(row) : row.fixed || onOpen(row.key, !row.open));
  return (
    <div className="treeScroll" ref={box}>
      <div role="tree" aria-label={label} aria-multiselectable={multi || undefined} onKeyDown={pressed} onFocus={focused}>
        <Virtualizer ref={list} scrollRef={box} data={rows as Row<T>[]} keepMounted={kept}>
          {(row, i) => {
            const said = say(row);
            return (
              <div
                key={row.key} role="treeitem" data-row={i} tabIndex={i === active ? 0 : -1} className={`treeRow level${row.level}`} aria-label={said.label} aria-level={row.level} aria-posinset={row.pos}
                aria-setsize={row.size} aria-expanded={row.open} aria-checked={said.checked} aria-selected={said.selected} aria-disabled={said.disabled || undefined} onClick={() => clicked(row)}
              >
                {draw(row)}
              </div>
            );
          }}
        </Virtualizer>
      </div>
    </div>
  );
}
