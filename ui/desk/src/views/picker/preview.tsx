import { Button, Checkbox, Dropdown, Input, Option } from "@fluentui/react-components";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import { LockClosed16Filled } from "@fluentui/react-icons/svg/lock-closed";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Node, SharePreview, Summary } from "../../../../shared/types";
import { filesOf } from "../../model/content";
import { factText } from "../../model/facts";
import { callName, participant, presentExperts } from "../../model/people";
import { choosable, isShared, last, toggled, type Choice, type PreviewLine } from "../../model/share";
import { logOf } from "../../model/state";
import { size, timeOfDay } from "../../model/time";
import { listed, type Texts } from "../../texts/texts";
import { useDesk, useShell } from "../context";
import { Content } from "../talk/content";

/** What an expert would get. It is fetched anew whenever the picker asks. */
export function usePreview(id: string, on: boolean) {
  const { desk } = useShell();
  return useQuery({ queryKey: ["preview", id], queryFn: () => desk.api.call("GET /conversations/{id}/preview", { path: { id } }), enabled: on, staleTime: 0, gcTime: 0, refetchOnWindowFocus: false });
}

interface Props {
  c: Summary;
  p: SharePreview;
  choice: Choice;
  onChoose: (to: Choice) => void;
  onBack: () => void;
}

/** Line by line what the expert will get, and what of it is left out. */
export function Preview({ c, p, choice, onChoose, onBack }: Props) {
  const { t } = useShell();
  const experts = listed(presentExperts(c).map((x) => x.name), t);
  return (
    <>
      <div className="pvHead">
        <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={onBack} />
        <h3>{t("share.title")}</h3>
        {p.from > 0 && <Amount p={p} choice={choice} onChoose={onChoose} />}
      </div>
      <p className="pvNote">{p.from === 0 ? t("share.same", { names: experts }) : t("share.masks")} {t("share.live", { what: maskNames(p, t) })}</p>
      <ol className="pv" aria-label={t("share.title")}>
        {p.lines.map((l) => <PreviewRow key={l.entry.seq} l={l} c={c} choice={choice} onChoose={onChoose} />)}
      </ol>
    </>
  );
}

const maskNames = (p: SharePreview, t: Texts) => {
  const on = [p.live.cards && t("mask.card"), p.live.ibans && t("mask.iban"), p.live.emails && t("mask.email"), p.live.phones && t("mask.phone")].filter((x) => x !== false);
  return on.length ? listed(on, t) : t("mask.none");
};

const amounts = [0, 3, 5, 10, 20];

/** All, or the last few messages. */
function Amount({ p, choice, onChoose }: Pick<Props, "p" | "choice" | "onChoose">) {
  const { t } = useShell();
  const total = choosable(p).filter((l) => l.entry.kind === "message").length;
  const text = (n: number) => (n ? t("share.last", { n }) : t("share.all"));
  const now = choice.from === 0 ? 0 : amounts.find((n) => n && last(p, n, choice).from === choice.from);
  return (
    <Dropdown size="small" aria-label={t("share.amount")} value={now === undefined ? t("share.fromLine") : text(now)} selectedOptions={now === undefined ? [] : [String(now)]}
      onOptionSelect={(_, d) => onChoose(d.optionValue === "0" ? { ...choice, from: 0 } : last(p, Number(d.optionValue), choice))}>
      {amounts.filter((n) => n < total).map((n) => <Option key={n} value={String(n)}>{text(n)}</Option>)}
    </Dropdown>
  );
}

function PreviewRow({ l, c, choice, onChoose }: { l: PreviewLine } & Pick<Props, "c" | "choice" | "onChoose">) {
  const { t } = useShell();
  const e = l.entry;
  const on = isShared(l, choice);
  const who = participant(c, e.author ?? 0);
  const name = who ? callName(who) : "";
  const label = e.kind === "message" ? t("share.line", { name, time: timeOfDay(e.at, t) }) : factText(e, c, t);
  const lifted = choice.lifted.has(e.seq);
  const own = useOriginal(c.id, e.seq);
  const content = (lifted ? own : undefined) ?? e.content ?? [];
  const toggle = () => onChoose(e.seq < choice.from ? { ...choice, from: e.seq, hide: new Set([...choice.hide].filter((s) => s !== e.seq)) } : { ...choice, hide: toggled(choice.hide, e.seq) });
  return (
    <li className={`${on ? "" : "off"} ${l.fixed ? "fixed" : ""}`}>
      <Checkbox checked={on} disabled={l.fixed} aria-label={label} onChange={toggle} />
      <div className="pvLine">
        <div className="who">
          {e.kind === "message" ? <><b>{name}</b><span>{who && t(`kind.${who.kind}`)}</span><span>{timeOfDay(e.at, t)}</span></> : <span>{label} · {timeOfDay(e.at, t)}</span>}
          {e.audience === "backroom" && <span className="lock"><LockClosed16Filled aria-hidden="true" />{t("log.backroom")}</span>}
          {l.fixed && <span>{l.hidden ? t("share.leftOut") : t("share.inThread")}</span>}
          {!l.fixed && e.kind === "message" && choice.from !== e.seq && <button type="button" className="linkBtn" aria-label={t("share.fromHereLabel", { line: label })} onClick={() => onChoose({ ...choice, from: e.seq })}>{t("share.fromHere")}</button>}
        </div>
        {e.kind === "message" && <Content nodes={content.filter((n) => n.t !== "file")} />}
        <Files nodes={content} l={l} on={on} choice={choice} onChoose={onChoose} />
        {l.masked.length > 0 && !l.fixed && <Lift l={l} lifted={choice.lifted.get(e.seq)} onLift={(reason) => onChoose({ ...choice, lifted: with_(choice.lifted, e.seq, reason) })} />}
      </div>
    </li>
  );
}

function with_(map: ReadonlyMap<number, string>, seq: number, reason: string | undefined): ReadonlyMap<number, string> {
  const next = new Map(map);
  if (reason) next.set(seq, reason);
  else next.delete(seq);
  return next;
}

/** What the line says without masks, when the desk has it. */
function useOriginal(id: string, seq: number): readonly Node[] | undefined {
  return useDesk((s) => logOf(s, id).lines.find((l) => l.seq === seq)?.content);
}

function Files({ nodes, l, on, choice, onChoose }: { nodes: readonly Node[]; l: PreviewLine; on: boolean } & Pick<Props, "choice" | "onChoose">) {
  const { t } = useShell();
  return filesOf(nodes).map((f) => (
    <Checkbox key={f.id} size="medium" checked={on && (l.fixed || !choice.hideFiles.has(f.id))} disabled={l.fixed || !on} label={`${f.name} · ${size(f.size, t)}`}
      onChange={() => onChoose({ ...choice, hideFiles: toggled(choice.hideFiles, f.id) })} />
  ));
}

/** What is masked in a line, and how to lift that: with a reason, which is kept. */
function Lift({ l, lifted, onLift }: { l: PreviewLine; lifted: string | undefined; onLift: (reason: string | undefined) => void }) {
  const { t } = useShell();
  const [asking, setAsking] = useState(false);
  const what = listed(l.masked.map((k) => t(`mask.${k}`)), t);
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    e.stopPropagation();
    const reason = String(new FormData(e.currentTarget).get("reason")).trim();
    if (!reason) return;
    setAsking(false);
    onLift(reason);
  };
  if (lifted !== undefined) return <p className="pvMask">{t("share.lifted", { reason: lifted })} <button type="button" className="linkBtn" onClick={() => onLift(undefined)}>{t("share.maskAgain")}</button></p>;
  if (!asking) return <p className="pvMask">{t("share.masked", { what })} <button type="button" className="linkBtn" onClick={() => setAsking(true)}>{t("share.lift")}</button></p>;
  return (
    <form className="pvLift" onSubmit={submit}>
      <Input size="small" name="reason" aria-label={t("share.reason")} placeholder={t("share.reason")} maxLength={200} autoFocus required />
      <Button size="small" type="submit">{t("share.lift")}</Button>
      <Button size="small" appearance="subtle" onClick={() => setAsking(false)}>{t("cancel")}</Button>
    </form>
  );
}
