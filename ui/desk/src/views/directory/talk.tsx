import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowClockwise20Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { Emoji20Regular } from "@fluentui/react-icons/svg/emoji";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import type { TeamsLine } from "../../../../shared/types";
import { isEmojiOnly } from "../../model/content";
import { errorText, worded } from "../../model/facts";
import { talkAt, withFiles, type Sending } from "../../model/talk";
import { dayName, fullTime, sameDay, timeOfDay } from "../../model/time";
import { Avatar } from "../bits";
import { Editor, type EditorHandle } from "../compose/editor";
import { EmojiButton } from "../compose/emoji";
import { useShell } from "../context";
import { useAttention, useNow } from "../hooks";
import { Content } from "../talk/content";
import { useTalk, type Place, type Talk } from "./usetalk";

interface Props {
  place: Place;
  name: string; // of the person or channel
  notice: string; // what one should know before writing
  head: (tools: ReactNode) => ReactNode;
}

/** A talk in Microsoft Teams outside of any conversation: what was said, and where one writes. */
export function TalkPane({ place, name, notice, head }: Props) {
  const { desk, t } = useShell();
  const talk = useTalk(place);
  const chat = "chat" in place ? place.chat : undefined;
  const here = useAttention();
  const last = talk.lines.at(-1)?.id;
  useEffect(() => {
    if (!chat || !here || !last) return;
    desk.sawTalk(chat);
    desk.api.call("POST /teams-chats/{chat}/read", { path: { chat } }).catch(() => undefined); // Microsoft's own mark; the next line tries again
  }, [desk, chat, here, last]);
  return (
    <>
      {head(
        <Tooltip content={t("talk.refresh")} relationship="label">
          <Button appearance="subtle" icon={<ArrowClockwise20Regular />} disabledFocusable={talk.busy !== undefined} onClick={talk.refresh} />
        </Tooltip>,
      )}
      {notice && <p className="notice" role="status">{notice}</p>}
      <Lines talk={talk} name={name} at={talkAt(place)} channel={chat === undefined} />
      <Compose talk={talk} name={name} channel={chat === undefined} />
    </>
  );
}

const near = 80; // pixels from the end that still count as the end

function Lines({ talk, name, at, channel }: { talk: Talk; name: string; at: string; channel: boolean }) {
  const { t } = useShell();
  const box = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const height = useRef(0);
  const first = talk.lines[0]?.id;
  const seen = useRef(first);
  useLayoutEffect(() => {
    const b = box.current!;
    if (stick.current) b.scrollTop = b.scrollHeight;
    else if (seen.current !== first) b.scrollTop += b.scrollHeight - height.current; // older lines came in above
    height.current = b.scrollHeight;
    seen.current = first;
  }, [talk.lines, talk.sending, first]);
  const scrolled = () => {
    const b = box.current!;
    stick.current = b.scrollHeight - b.scrollTop - b.clientHeight < near;
    height.current = b.scrollHeight;
  };
  return (
    <div className="log talkLog" ref={box} role="log" aria-label={t("log.label", { name })} tabIndex={0} onScroll={scrolled}>
      <div className="space" />
      {talk.before && <div className="olderBtn"><Button size="small" disabledFocusable={talk.busy !== undefined} onClick={talk.older}>{talk.busy === "older" ? t("log.older") : t("talk.older")}</Button></div>}
      {talk.busy === "first" && <p className="typing" role="status">{t("loading")}</p>}
      {talk.code && <div className="tell warn" role="alert">{worded(t, `talk.error.${talk.code}`, "talk.failed", {})}<Button size="small" onClick={talk.refresh}>{t("retry")}</Button></div>}
      {talk.state === "missing_permission" && <div className="tell" role="status"><b>{t("talk.cantRead")}</b>{t("talk.cantReadHow", { permission: talk.reason ?? "" })}</div>}
      {!talk.busy && !talk.code && talk.state === "ok" && talk.lines.length + talk.sending.length === 0 && <p className="typing">{channel ? t("talk.emptyChannel") : t("talk.empty", { name })}</p>}
      {talk.lines.map((l, i) => <LineRow key={l.id} line={l} before={talk.lines[i - 1]} at={at} threads={channel} />)}
      {talk.sending.map((s) => <SendingRow key={s.id} s={s} talk={talk} />)}
    </div>
  );
}

function LineRow({ line, before, at, threads }: { line: TeamsLine; before: TeamsLine | undefined; at: string; threads: boolean }) {
  const { t } = useShell();
  const today = Math.floor(useNow() / 60_000) * 60_000;
  const day = !before || (!threads && !sameDay(before.at, line.at));
  const first = day || before.author !== line.author || before.mine !== line.mine || line.replies !== undefined;
  const big = !line.deleted && isEmojiOnly(line.content);
  return (
    <>
      {day && <div className="day"><span>{dayName(line.at, today, t)}</span></div>}
      <div className="row">
        <div className={`m ${line.mine ? "me" : "expert"} ${first ? "first" : ""} ${line.deleted ? "gone" : ""} ${big ? "big" : ""}`}>
          {!line.mine && (first ? <Avatar name={line.author || "?"} kind="expert" small /> : <span className="gap" />)}
          <div className="col">
            {first ? <Who name={line.mine ? t("kind.you") : line.author} at={line.at} /> : <span className="hidden">{line.mine ? t("kind.you") : line.author}:</span>}
            <div className="bub">{line.deleted ? t("log.deleted", { name: line.author }) : <Content nodes={withFiles(line.content, at, line.id)} />}</div>
            {line.edited && !line.deleted && <small className="below">{t("log.edited")}</small>}
            {!!line.replies && <small className="below">{t("talk.replies", { n: line.replies })}</small>}
          </div>
        </div>
      </div>
    </>
  );
}

function Who({ name, at }: { name: string; at: string }) {
  const { t } = useShell();
  return <div className="who"><b>{name}</b><time dateTime={at} title={fullTime(at, t)}>{timeOfDay(at, t)}</time></div>;
}

function SendingRow({ s, talk }: { s: Sending; talk: Talk }) {
  const { t } = useShell();
  return (
    <div className="row">
      <div className={`m me ${s.code ? "failed" : "sending"}`}>
        <div className="col">
          <div className="bub"><Content nodes={s.content} /></div>
          <small className={`below ${s.code ? "bad" : ""}`} role={s.code ? "alert" : undefined}>
            {s.code ? <>{t("status.failed")}: {t.has(`talk.error.${s.code}`) ? worded(t, `talk.error.${s.code}`, "talk.failed", {}) : errorText(s.code, t)} <button type="button" className="linkBtn" onClick={() => talk.resend(s.id)}>{t("retry")}</button> <button type="button" className="linkBtn" onClick={() => talk.discard(s.id)}>{t("discard")}</button></> : t("status.sending")}
          </small>
        </div>
      </div>
    </div>
  );
}

function Compose({ talk, name, channel }: { talk: Talk; name: string; channel: boolean }) {
  const { t } = useShell();
  const editor = useRef<EditorHandle>(null);
  const [empty, setEmpty] = useState(true);
  const send = () => {
    const content = editor.current!.read();
    if (!content.length) return editor.current!.focus();
    talk.say(content);
    editor.current!.clear();
    setEmpty(true);
    editor.current!.focus();
  };
  return (
    <div className="comp">
      <div className="box">
        <Editor ref={editor} label={t("comp.message")} placeholder={t("comp.to", { names: name })} start={[]} autoFocus onSend={send} onInput={() => setEmpty(editor.current!.read().length === 0)} describedBy="talkHint" />
        <div className="bar" role="group" aria-label={t("comp.tools")}>
          <EmojiButton label={t("comp.emoji")} onPick={(e) => (editor.current!.focus(), editor.current!.insert(e))} trigger={<Button appearance="subtle" icon={<Emoji20Regular />} aria-label={t("comp.emoji")} title={t("comp.emoji")} />} />
          <small id="talkHint" className="talkHint">{channel ? t("talk.hintChannel") : t("talk.hint", { name })}</small>
          <Button className="sendBtn" appearance="primary" aria-label={t("comp.send")} disabledFocusable={empty} onClick={send}>{t("comp.send")}</Button>
        </div>
      </div>
    </div>
  );
}
