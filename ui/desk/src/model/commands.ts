// What the palette offers, and how it finds it.
import type { Texts } from "../texts/texts";
import { isAdmin } from "./accounts";
import { myPart } from "./people";
import type { State } from "./state";

export type Command = { title: string; hint: string } & ({ do: "open" | "accept"; id: string } | { do: "profile" | "directory" | "add" | "end" | "keys" | "theme" | "signout" | "accounts" | "health" });

/** Everything that can be done now; conversation: the one in view. */
export function commands(s: State, conversation: string | undefined, t: Texts): Command[] {
  const titled = (id: string) => `${s.summaries[id]!.visitor.name} #${s.summaries[id]!.number}`;
  const c = conversation ? s.summaries[conversation] : undefined;
  const running = c?.status === "active" && myPart(c);
  const command = (what: "profile" | "directory" | "add" | "end" | "keys" | "theme" | "signout" | "accounts" | "health", title: string): Command => ({ do: what, title, hint: t("palette.command") });
  return [
    ...s.mine.map((id): Command => ({ do: "open", id, title: titled(id), hint: t("palette.conversation") })),
    ...s.waiting.map((id): Command => ({ do: "accept", id, title: `${t("list.accept")}: ${titled(id)}`, hint: t("palette.waiting") })),
    ...(running ? [command("add", t("conv.add")), command("end", t("conv.end"))] : []),
    ...(isAdmin(s.me) ? [command("accounts", `${t("adm.title")}: ${t("adm.accounts")}`), command("health", `${t("adm.title")}: ${t("adm.health")}`)] : []),
    command("directory", t("top.directory")), command("profile", t("top.profile")), command("theme", t("palette.theme")), command("keys", t("top.keys")), command("signout", t("signin.out")),
  ];
}

const plain = (s: string) => s.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Whether every word of the query begins a word of the text, whatever the accents. */
export function matches(text: string, query: string): boolean {
  const words = plain(text).split(/[\s,;:/()#-]+/);
  return plain(query).split(/[\s#]+/).filter(Boolean).every((q) => words.some((w) => w.startsWith(q)));
}

export const find = (all: readonly Command[], query: string) => all.filter((c) => matches(c.title, query));
