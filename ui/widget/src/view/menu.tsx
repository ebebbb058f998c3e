import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

export interface Item {
  label: string;
  icon: IconName;
  act: () => void;
  checked?: boolean; // given: the item is a switch
  danger?: boolean;
}

/** A button that opens a menu (ARIA menu button pattern: arrows, Home, End, Esc; focus returns to the button). */
export function Menu({ label, icon, items, className = "" }: { label: string; icon: IconName; items: Item[]; className?: string }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const entries = () => [...(place.current?.querySelectorAll<HTMLButtonElement>("[role^=menuitem]") ?? [])];
  const shut = (back: boolean) => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    entries()[0]?.focus();
    const outside = (e: Event) => !e.composedPath().includes(place.current!) && shut(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const keys = (e: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf((place.current!.getRootNode() as ShadowRoot).activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key];
    if (e.key === "Escape" || e.key === "Tab") {
      if (e.key === "Escape") e.preventDefault();
      shut(e.key === "Escape");
    } else if (to !== undefined) {
      e.preventDefault();
      all.at(to % all.length)?.focus();
    }
  };

  return (
    <div class={`menu ${className}`} ref={place} onKeyDown={open ? keys : undefined}>
      <button ref={button} type="button" class="bare" aria-label={label} title={label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={icon} />
      </button>
      {open && (
        <div class="items" role="menu" aria-label={label}>
          {items.map((i) => (
            <button type="button" key={i.label} tabIndex={-1} class={i.danger ? "danger" : ""} role={i.checked === undefined ? "menuitem" : "menuitemcheckbox"} aria-checked={i.checked}
              onClick={() => (shut(true), i.act())}>
              <Icon name={i.icon} />
              <span>{i.label}</span>
              {i.checked && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
