import { ChevronRight16Regular } from "@fluentui/react-icons/svg/chevron-right";
import type { ReactNode } from "react";

/** The row of a folder: whether it is open, its name, and something about it. */
export function FolderRow({ open, icon, name, children }: { open: boolean; icon: ReactNode; name: string; children: ReactNode }) {
  return <div className={`folder ${open ? "open" : ""}`}><ChevronRight16Regular />{icon}<span className="cut">{name}</span><small>{children}</small></div>;
}
