import { Button } from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import type { Summary } from "../../../../shared/types";
import { isPlain } from "../../model/content";
import type { Draft } from "../../model/desk";
import { overlay } from "../../model/outbox";
import { callName, customerOf, isPresent, myPart, offerTo, presentExperts } from "../../model/people";
import { logOf } from "../../model/state";
import { listed } from "../../texts/texts";
import { useDesk, useShell } from "../context";
import { Accept, Decline } from "../list/offer";
import { Audience } from "./audience";
import { Bar } from "./bar";
import { useDrop } from "./drop";
import { Editor, type EditorHandle, type Format } from "./editor";
import { UploadList } from "./uploadlist";
import { addFiles, takeFiles, useUploads } from "./uploads";

/** Where the agent writes, or why they can't. */
export function Composer({ c }: { c: Summary }) {
  const { t } = useShell();
  const me = useDesk((s) => s.me?.id);
  if (c.status === "active" && myPart(c)) return <Writing c={c} />;
  const place = offerTo(c, me);
  if (place) return <div className="comp"><div className="why"><span>{t("seat.read")}</span><Accept id={c.id} /><Decline id={c.id} /></div></div>;
  const why = c.status === "closed" ? t("comp.closed") : c.status === "waiting" ? t("comp.waiting", { name: c.visitor.name }) : c.me ? t("comp.left") : t("comp.watching");
  return <div className="comp"><div className="why"><span>{why}</span>{c.status === "waiting" && <Accept id={c.id} />}</div></div>;
}

const nothing: Draft = { content: [], audience: "everyone" };

function Writing({ c }: { c: Summary }) {
  const { desk, ui, t } = useShell();
  const editor = useRef<EditorHandle>(null);
  const [start] = useState(() => desk.draft(c.id) ?? nothing);
  const [audience, setAudience] = useState(start.audience);
  const [formats, setFormats] = useState<ReadonlySet<Format>>(new Set());
  const uploads = useUploads(c.id);
  const dropping = useDrop((files) => addFiles(c.id, files));
  const experts = presentExperts(c);
  const back = audience === "backroom";
  const stranded = back && experts.length === 0; // its readers have gone: the agent decides who reads it instead
  useEffect(() => editor.current?.focus(), []);

  const keep = (to = audience) => {
    const content = editor.current!.read();
    desk.keepDraft(c.id, content.length || to === "backroom" ? { content, audience: to } : undefined);
  };
  const choose = (to: Draft["audience"]) => {
    setAudience(to);
    keep(to);
    editor.current!.focus();
  };
  const typed = () => {
    keep();
    if (!back) desk.typed(c.id);
  };
  const busy = uploads.some((u) => !u.file && !u.code);
  const send = () => {
    const content = editor.current!.read();
    if (stranded || busy || (!content.length && !uploads.some((u) => u.file))) return editor.current!.focus();
    desk.send(c.id, { content, audience }, takeFiles(c.id), isPlain(content));
    editor.current!.clear();
    desk.stoppedTyping(c.id);
    keep();
    editor.current!.focus();
  };
  const editLast = () => {
    const mine = overlay(logOf(desk.store.getState(), c.id), [], c.me).findLast((l) => l.author === c.me && !l.fact && !l.deleted);
    if (mine) ui.setState({ editing: mine.key });
  };
  const customer = customerOf(c);
  const readers = back ? experts : c.participants.filter((p) => p.id !== c.me && isPresent(p));
  const names = listed(readers.map(callName), t) || c.visitor.name;
  const button = back ? t("comp.sendExperts") : readers.length > 1 ? t("comp.sendAll") : t("comp.sendCustomer", { name: customer ? callName(customer) : c.visitor.name });
  return (
    <div className={`comp ${back ? "backroom" : ""} ${dropping ? "dropping" : ""}`} data-drop={t("comp.drop")}>
      {stranded && <div className="warn" role="alert">{t("comp.noExpert")}<Button size="small" onClick={() => choose("everyone")}>{t("comp.toAll")}</Button></div>}
      {(experts.length > 0 || back) && <Audience value={audience} name={customer ? callName(customer) : c.visitor.name} onChange={choose} />}
      <UploadList id={c.id} uploads={uploads} />
      <div className="box">
        <Editor
          ref={editor} label={t("comp.message")} placeholder={back ? t("comp.toExperts", { names }) : t("comp.to", { names })} start={start.content}
          onSend={send} onInput={typed} onUp={editLast} onFiles={(files) => addFiles(c.id, files)} onFormats={setFormats} describedBy="sendHint"
        />
        <Bar editor={editor} formats={formats} onFiles={(files) => addFiles(c.id, files)}>
          <Button className="sendBtn" appearance="primary" aria-label={t("comp.send")} aria-describedby="sendTo" disabledFocusable={stranded || busy} onClick={send}><span id="sendTo">{button}</span></Button>
        </Bar>
      </div>
      <span id="sendHint" className="hidden">{t("comp.hint")}</span>
    </div>
  );
}
