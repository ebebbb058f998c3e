import { Tree, TreeItem } from "@fluentui/react-components";
import { Chat20Regular } from "@fluentui/react-icons/svg/chat";
import { Search20Regular } from "@fluentui/react-icons/svg/search";
import type { ReactNode } from "react";
import type { Person } from "../../lib/calls";
import { keyOfPerson } from "../../model/directory";
import { ago } from "../../model/time";
import { useNow } from "../hooks";
import { useT } from "../context";
import { FolderRow } from "./folder";
import { PersonItem } from "./person";
import type { Directory } from "./queries";

interface Props {
  id: string;
  directory: Directory;
  query: string;
  open: boolean; // the folder, when nothing is searched for
  onOpen: (open: boolean) => void;
  ticked: ReadonlyMap<string, Person>;
  taken: ReadonlySet<string>;
  onToggle: (p: Person) => void;
  more: ReadonlySet<string>; // further folders that are open
  onMore: (folder: string, open: boolean) => void;
  children: ReactNode; // further folders
}

const chats = "teams-chats";
const others = "others";

/** The folder "Microsoft Teams Chats", collapsed at first, and while something is searched for, others of the organisation. */
export function PeopleTree({ id, directory: d, query, open, onOpen, ticked, taken, onToggle, more, onMore, children }: Props) {
  const t = useT();
  const now = Math.floor(useNow() / 60_000) * 60_000;
  const searching = query.trim() !== "";
  const opened = [...(open || searching ? [chats] : []), others, ...more];
  const person = (p: Person) => <PersonItem key={keyOfPerson(p)} p={p} ticked={ticked.has(keyOfPerson(p))} taken={taken.has(keyOfPerson(p))} onToggle={onToggle} now={now} />;
  return (
    <Tree id={id} aria-label={t("dir.tree")} aria-multiselectable="true" openItems={opened} onOpenChange={(_, data) => !searching && (data.value === chats ? onOpen(data.open) : onMore(String(data.value), data.open))}>
      <TreeItem itemType="branch" value={chats} aria-label={t("dir.folder")}>
        <FolderRow open={open || searching} icon={<Chat20Regular />} name={t("dir.folder")}>
          {d.loading ? t("loading") : d.folder?.state === "stale" && d.folder.asOf ? t("dir.asOf", { time: ago(d.folder.asOf, now, t) }) : d.people.length > 0 && t("dir.count", { n: d.people.length })}
        </FolderRow>
        <Tree>{d.people.map(person)}</Tree>
      </TreeItem>
      {d.others.length > 0 && (
        <TreeItem itemType="branch" value={others} aria-label={t("dir.others")}>
          <FolderRow open icon={<Search20Regular />} name={t("dir.others")}>{t("dir.count", { n: d.others.length })}</FolderRow>
          <Tree>{d.others.map(person)}</Tree>
        </TreeItem>
      )}
      {children}
    </Tree>
  );
}
