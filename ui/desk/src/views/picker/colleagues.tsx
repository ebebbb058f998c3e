import { TreeItem, Tree } from "@fluentui/react-components";
import { Checkmark16Filled } from "@fluentui/react-icons/svg/checkmark";
import { Headset20Regular } from "@fluentui/react-icons/svg/headset";
import { People20Regular } from "@fluentui/react-icons/svg/people";
import { useQuery } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import type { Summary } from "../../../../shared/types";
import type { Colleague } from "../../lib/calls";
import { matches } from "../../model/commands";
import { isOffered, isPresent } from "../../model/people";
import { Avatar } from "../bits";
import { useShell, useT } from "../context";
import { FolderRow } from "./folder";

export const keyOfColleague = (x: Colleague) => `${x.kind} ${x.id}`;

/** The agents and services that can be brought in. */
export function useColleagues() {
  const { desk } = useShell();
  return useQuery({ queryKey: ["colleagues"], queryFn: () => desk.api.call("GET /directory/colleagues") });
}

/** Who is in already, or has been asked. */
const isIn = (x: Colleague, c: Summary) =>
  c.participants.some((p) => (x.kind === "agent" ? p.agent === x.id && (isPresent(p) || isOffered(p)) : isOffered(p) && p.offer!.service === x.id));

interface Props {
  c: Summary;
  query: string;
  open: ReadonlySet<string>;
  ticked: ReadonlyMap<string, Colleague>;
  onToggle: (x: Colleague) => void;
}

/** The folders "Colleagues" and "Services", below those of Microsoft Teams. */
export function ColleagueFolders({ c, query, open, ticked, onToggle }: Props) {
  const t = useT();
  const all = useColleagues().data?.colleagues ?? [];
  const found = all.filter((x) => matches(x.name, query.trim()));
  const folder = (kind: Colleague["kind"], name: string, icon: React.ReactNode) => {
    const list = found.filter((x) => x.kind === kind);
    if (!list.length) return null;
    return (
      <TreeItem itemType="branch" value={`${kind}s`} aria-label={name} key={kind}>
        <FolderRow open={open.has(`${kind}s`)} icon={icon} name={name}>{kind === "agent" ? t("dir.count", { n: list.length }) : t("dir.services.count", { n: list.length })}</FolderRow>
        <Tree>{list.map((x) => <Item key={x.id} x={x} ticked={ticked.has(keyOfColleague(x))} taken={isIn(x, c)} onToggle={onToggle} />)}</Tree>
      </TreeItem>
    );
  };
  return <>{folder("agent", t("dir.colleagues"), <People20Regular />)}{folder("service", t("dir.services"), <Headset20Regular />)}</>;
}

function Item({ x, ticked, taken, onToggle }: { x: Colleague; ticked: boolean; taken: boolean; onToggle: (x: Colleague) => void }) {
  const t = useT();
  const toggle = () => void (taken || onToggle(x));
  const space = (e: KeyboardEvent) => {
    if (e.key !== " " || e.target !== e.currentTarget) return;
    e.preventDefault();
    toggle();
  };
  return (
    <TreeItem itemType="leaf" value={keyOfColleague(x)} aria-label={taken ? `${x.name}, ${t("dir.takesPart")}` : x.name} aria-checked={taken ? undefined : ticked} aria-disabled={taken || undefined} onClick={toggle} onKeyDown={space}>
      <div className={`pn ${ticked ? "on" : ""} ${taken ? "in" : ""}`}>
        <span className="ck" aria-hidden="true">{(ticked || taken) && <Checkmark16Filled />}</span>
        <Avatar name={x.name} kind="agent" />
        <span className="who cut"><span className="cut">{x.name}</span><small className="cut">{t(`kind.${x.kind}`)}</small></span>
        <span className="w">{taken && t("dir.takesPart")}</span>
      </div>
    </TreeItem>
  );
}
