import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { FileRef } from "../../../shared/types";
import type { Desk } from "../model/desk";
import type { State } from "../model/state";
import { codeOf } from "../lib/api";
import { errorText } from "../model/facts";
import type { Texts } from "../texts/texts";

/** What is open on top of the page. */
export interface Ui {
  over?: "palette" | "keys" | "picker" | "end";
  picture?: FileRef;
  toast?: { text: string; id: number };
  editing?: string; // key of the line that is being edited
}

export interface Shell {
  desk: Desk;
  t: Texts;
  ui: StoreApi<Ui>;
  dark: boolean;
}

export const newUi = () => createStore<Ui>(() => ({}));
export const ShellContext = createContext<Shell | undefined>(undefined);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (!shell) throw new Error("no shell around this view");
  return shell;
}

export const useT = () => useShell().t;

/** Part of what the desk knows; the view is drawn anew when that part changes. */
export function useDesk<A>(pick: (s: State) => A): A {
  return useStore(useShell().desk.store, pick);
}

export function useUi<A>(pick: (s: Ui) => A): A {
  return useStore(useShell().ui, pick);
}

/** Runs an act and tells the agent in words when it fails. */
export function useAct(): (act: () => Promise<unknown>) => void {
  const { ui, t } = useShell();
  return (act) => {
    act().catch((e: unknown) => ui.setState({ toast: { text: errorText(codeOf(e), t), id: Date.now() } }));
  };
}
