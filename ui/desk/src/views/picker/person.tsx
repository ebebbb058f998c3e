import { TreeItem } from "@fluentui/react-components";
import { Checkmark16Filled } from "@fluentui/react-icons/svg/checkmark";
import { useLayoutEffect, useRef, type KeyboardEvent } from "react";
import type { Person } from "../../lib/calls";
import { keyOfPerson, presenceDot, presenceText } from "../../model/directory";
import { ago } from "../../model/time";
import { Avatar } from "../bits";
import { useT } from "../context";

interface Props {
  p: Person;
  ticked: boolean;
  taken: boolean; // takes part already
  now: number;
  onToggle: (p: Person) => void;
}

/** One person that can be ticked: a click, Enter or the space bar. */
export function PersonItem({ p, ticked, taken, now, onToggle }: Props) {
  const t = useT();
  const about = [p.jobTitle ?? p.department, taken ? "" : presenceText(p, t)].filter(Boolean).join(" · ");
  const last = p.lastChatAt ? ago(p.lastChatAt, now, t) : "";
  const space = (e: KeyboardEvent) => {
    if (e.key !== " " || e.target !== e.currentTarget) return;
    e.preventDefault();
    onToggle(p);
  };
  const item = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { // the tree item keeps this attribute for a selection of its own, in which folders are ticked too
    if (taken) item.current!.removeAttribute("aria-checked");
    else item.current!.ariaChecked = String(ticked);
  }, [ticked, taken]);
  const label = [p.name, about, taken ? t("dir.takesPart") : last && t("dir.lastChat", { time: last })].filter(Boolean).join(", ");
  return (
    <TreeItem itemType="leaf" value={keyOfPerson(p)} aria-label={label} ref={item} aria-disabled={taken || undefined} onClick={() => onToggle(p)} onKeyDown={space}>
      <div className={`pn ${ticked ? "on" : ""} ${taken ? "in" : ""}`}>
        <span className="ck" aria-hidden="true">{(ticked || taken) && <Checkmark16Filled />}</span>
        <Avatar name={p.name} kind="expert" dot={presenceDot(p)} />
        <span className="who cut"><span className="cut">{p.name}</span><small className="cut">{about}</small></span>
        <span className="w">{taken ? t("dir.takesPart") : last}</span>
      </div>
    </TreeItem>
  );
}
