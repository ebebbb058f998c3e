import { LockClosed16Regular } from "@fluentui/react-icons/svg/lock-closed";
import type { KeyboardEvent } from "react";
import type { Draft } from "../../model/desk";
import { useT } from "../context";

interface Props {
  value: Draft["audience"];
  name: string; // the customer's
  onChange: (to: Draft["audience"]) => void;
}

/** Who reads the next line. It changes by this switch alone: no shortcut, no state of the chat touches it. */
export function Audience({ value, name, onChange }: Props) {
  const t = useT();
  const back = value === "backroom";
  const arrows = (e: KeyboardEvent) => {
    if (!/^Arrow(Left|Right|Up|Down)$/.test(e.key)) return;
    e.preventDefault();
    const other = e.currentTarget.querySelector<HTMLElement>('[aria-checked="false"]');
    other?.focus();
  };
  return (
    <div className="aud" role="radiogroup" aria-label={t("comp.audience")} onKeyDown={arrows}>
      <button type="button" role="radio" aria-checked={!back} onClick={() => onChange("everyone")}>{t("comp.everyone", { name })}</button>
      <button type="button" role="radio" aria-checked={back} className="lock" onClick={() => onChange("backroom")}><LockClosed16Regular aria-hidden="true" />{t("comp.experts")}</button>
    </div>
  );
}
