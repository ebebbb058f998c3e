import { Dialog, DialogSurface, SearchBox } from "@fluentui/react-components";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { commands, find, type Command } from "../../model/commands";
import { useAct, useDesk, useShell } from "../context";
import { adminHref, conversationHref, go } from "../route";

/** Conversations and commands by their first letters. */
export function Palette({ conversation, onClose }: { conversation: string | undefined; onClose: () => void }) {
  const { desk, ui, t, dark } = useShell();
  const act = useAct();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const state = useDesk((s) => s);
  const list = useRef<HTMLUListElement>(null);
  const found = useMemo(() => find(commands(state, conversation, t), query), [state, conversation, t, query]);
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => void list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]); // newer browsers answer with a promise, which is no clean-up
  const run = (c: Command) => {
    onClose();
    switch (c.do) {
      case "open": return go(conversationHref(c.id));
      case "accept": return act(async () => (await desk.accept(c.id), go(conversationHref(c.id))));
      case "profile": return go("#/profile");
      case "directory": return go("#/directory");
      case "accounts": return go(adminHref("accounts"));
      case "health": return go(adminHref("health"));
      case "add": return ui.setState({ over: "picker" });
      case "end": return ui.setState({ over: "end" });
      case "keys": return ui.setState({ over: "keys" });
      case "theme": return act(() => desk.changeMe({ settings: { ...state.me?.settings, theme: dark ? "light" : "dark" } }));
      case "signout": return act(() => desk.signOut());
    }
  };
  const pressed = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step) setAt((chosen + step + found.length) % Math.max(1, found.length));
    else if (e.key === "Enter" && found[chosen]) run(found[chosen]);
    else return;
    e.preventDefault();
  };
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface className="palette" aria-label={t("palette.title")}>
        <SearchBox autoFocus size="large" value={query} placeholder={t("palette.search")} onChange={(_, d) => (setQuery(d.value), setAt(0))} onKeyDown={pressed}
          input={{ role: "combobox", "aria-label": t("palette.search"), "aria-expanded": true, "aria-controls": "palette", "aria-activedescendant": found[chosen] ? `palette${chosen}` : "" }} />
        <ul id="palette" role="listbox" aria-label={t("palette.title")} ref={list}>
          {found.map((c, i) => (
            <li key={`${c.do}${"id" in c ? c.id : ""}`} id={`palette${i}`} role="option" aria-selected={i === chosen} onMouseMove={() => setAt(i)} onClick={() => run(c)}>
              <span className="cut">{c.title}</span><small>{c.hint}</small>
            </li>
          ))}
        </ul>
        {!found.length && <p role="status">{t("palette.none")}</p>}
      </DialogSurface>
    </Dialog>
  );
}
