import { useMemo, useState, type Ref } from "react";
import type { Person } from "../../../../shared/types";
import { folderTree, keyOfPerson, searchTree, type Item } from "../../model/directory";
import { ago } from "../../model/time";
import { flatten, type Row } from "../../model/tree";
import { useT } from "../context";
import { useNow } from "../hooks";
import type { Directory } from "./queries";
import { ChannelRow, FolderRow, MoreRow, PersonRow, personLabel, TeamRow, TellRow, WaitRow } from "./rows";
import { Tree, type Said, type TreeHandle } from "./tree";

/** How people are picked: ticked, several at once. */
export interface Ticking {
  ticked: ReadonlySet<string>; // keys of people
  taken: ReadonlySet<string>;
  toggle(p: Person): void;
}

interface Props {
  ref: Ref<TreeHandle>;
  directory: Directory;
  unfolded: ReturnType<typeof useUnfolded>;
  ticking?: Ticking;
  current?: string | undefined; // the key of what is open beside the tree
  onOpen?: (item: Item & { type: "person" | "channel" }) => void;
  onTell: (act: "profile" | "retry" | "channels") => void;
  onTop: () => void;
}

const opened: ReadonlySet<string> = new Set(["users/team "]);

/** The keys of the folders that are open; they stay open while the tree is away. */
export const useUnfolded = () => useState(opened);

/** The directory as one tree: folders, or what a search found. Used by the picker and by the directory's own page. */
export function DirectoryTree({ ref, directory: d, unfolded: [open, setOpen], ticking, current, onOpen, onTell, onTop }: Props) {
  const t = useT();
  const now = Math.floor(useNow() / 60_000) * 60_000;
  const tree = useMemo(() => (d.hits ? searchTree(d, d.hits, t) : folderTree(d, (at) => ago(at, now, t), t)), [d.hits, d.folders, d.failed, d.channels, d.suggested, now, t]);
  const rows = useMemo(() => flatten(tree, open), [tree, open]);
  const shift = (key: string, on: boolean) => setOpen((was) => {
    const next = new Set(was);
    if (on) next.add(key);
    else next.delete(key);
    return next;
  });
  const act = ({ data }: Row<Item>) => {
    if (data.type === "tell" && data.act) return onTell(data.act);
    if (data.type === "person" && ticking) return ticking.toggle(data.person);
    if (data.type === "channel" || (data.type === "person" && !ticking)) onOpen?.(data);
  };
  const isCurrent = (item: Item) => item.type === "person" ? keyOfPerson(item.person) === current : item.type === "channel" && `${item.team} ${item.channel}` === current;
  const say = ({ data, label }: Row<Item>): Said => {
    if (data.type === "tell") return { label: [data.text, data.more].filter(Boolean).join(" ") };
    if (data.type === "channel") return { label: `${data.name}, ${data.place}`, selected: isCurrent(data) };
    if (data.type !== "person") return { label };
    const p = data.person;
    const taken = ticking?.taken.has(keyOfPerson(p)) === true;
    const said = personLabel(p, data.why, taken, now, t);
    if (!ticking) return { label: said, selected: isCurrent(data) };
    return taken ? { label: said, disabled: true } : { label: said, checked: ticking.ticked.has(keyOfPerson(p)) };
  };
  const tickOf = (p: Person) => (!ticking ? undefined : ticking.taken.has(keyOfPerson(p)) ? "taken" : ticking.ticked.has(keyOfPerson(p)) ? "on" : "off");
  const draw = (row: Row<Item>) => {
    const item = row.data;
    switch (item.type) {
      case "folder": return <FolderRow row={row} item={item} />;
      case "team": return <TeamRow row={row} item={item} />;
      case "person": return <PersonRow p={item.person} why={item.why} now={now} tick={tickOf(item.person)} current={isCurrent(item)} starred={d.starred.has(keyOfPerson(item.person))} onStar={d.star} onShow={d.show} />;
      case "channel": return <ChannelRow item={item} current={isCurrent(item)} />;
      case "tell": return <TellRow item={item} onAct={() => item.act && onTell(item.act)} />;
      case "more": return <MoreRow onShow={() => d.more(item.folder)} />;
      case "wait": return <WaitRow />;
    }
  };
  return <Tree ref={ref} label={t("dir.tree")} multi={ticking !== undefined} rows={rows} say={say} draw={draw} onOpen={shift} onAct={act} onTop={onTop} />;
}
