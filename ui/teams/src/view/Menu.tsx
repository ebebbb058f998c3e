// A button that opens a menu. Arrow keys move, Escape closes, choosing closes.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon";
import { moveFocus, usePopover } from "./popover";

interface MenuProps {
  label: string;
  face: ComponentChildren;
  head: ComponentChildren; // stands above the items
  children: (close: () => void) => ComponentChildren;
}

export function Menu({ label, face, head, children }: MenuProps): VNode {
  const [open, setOpen] = useState(false);
  const root = usePopover(open, () => setOpen(false));
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) list.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  }, [open]);
  const close = (): void => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  return (
    <div ref={root} class="menu-root">
      <button
        type="button"
        class="menu-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {face}
        <Icon name="chevron" size={16} />
      </button>
      {open && (
        <div class="menu popover">
          {head}
          <div ref={list} role="menu" aria-label={label} onKeyDown={(e) => moveFocus(e, "[role^=menuitem]")}>
            {children(close)}
          </div>
        </div>
      )}
    </div>
  );
}

interface ItemProps {
  onClick: () => void;
  checked?: boolean; // makes it a choice among others
  children: ComponentChildren;
}

export function MenuItem({ onClick, checked, children }: ItemProps): VNode {
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  return (
    <button type="button" role={role} aria-checked={checked} tabIndex={-1} class="menu-item" onClick={onClick}>
      <span class="menu-item-body">{children}</span>
      {checked && <Icon name="check" size={16} />}
    </button>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div role="group" aria-label={label} class="menu-group">
      <div class="menu-heading" aria-hidden="true">{label}</div>
      {children}
    </div>
  );
}
