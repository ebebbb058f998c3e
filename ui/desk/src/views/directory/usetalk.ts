import { useCallback, useEffect, useRef, useState } from "react";
import type { FolderState, Node, TeamsLine } from "../../../../shared/types";
import { codeOf, Refusal, Unreachable } from "../../lib/api";
import { newId } from "../../lib/ids";
import { isPlain, plainText } from "../../model/content";
import { mergeLines, type Sending } from "../../model/talk";
import { useShell } from "../context";

export type Place = { chat: string } | { team: string; channel: string };

export interface Talk {
  lines: readonly TeamsLine[];
  sending: readonly Sending[];
  before: string | undefined; // there are older lines
  state: FolderState;
  reason: string | undefined;
  busy: "first" | "older" | "again" | undefined;
  code: string | undefined; // why reading failed
  older(): void;
  refresh(): void;
  say(content: Node[]): void;
  resend(id: string): void;
  discard(id: string): void;
}

const calm = 600; // ms in which several messages are one look

/** Reads a talk, live, and writes in it. Nothing of it is kept when the view goes. */
export function useTalk(place: Place): Talk {
  const { desk } = useShell();
  const chat = "chat" in place ? place.chat : undefined;
  const [page, setPage] = useState<Pick<Talk, "lines" | "before" | "state" | "reason" | "busy" | "code">>({ lines: [], before: undefined, state: "ok", reason: undefined, busy: "first", code: undefined });
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const gone = useRef(false);

  const read = useCallback(async (before?: string) => {
    setPage((p) => ({ ...p, busy: p.busy ?? (before ? "older" : "again") }));
    try {
      const got = "chat" in place
        ? await desk.api.call("GET /teams-chats/{chat}/messages", { path: { chat: place.chat }, query: before ? { before } : {} })
        : await desk.api.call("GET /teams-channels/{team}/{channel}/messages", { path: place });
      if (gone.current) return;
      setPage((p) => ({
        lines: mergeLines(p.lines, got.lines, chat === undefined), before: before || p.busy === "first" ? got.before : (p.before ?? (p.lines.length ? undefined : got.before)),
        state: got.state, reason: got.reason, busy: undefined, code: undefined,
      }));
    } catch (e) {
      if (!(e instanceof Refusal) && !(e instanceof Unreachable)) throw e;
      if (!gone.current) setPage((p) => ({ ...p, busy: undefined, code: codeOf(e) }));
    }
  }, [desk, chat, "team" in place ? `${place.team} ${place.channel}` : ""]);

  useEffect(() => {
    gone.current = false;
    void read();
    return () => void (gone.current = true);
  }, [read]);
  useEffect(() => {
    if (!chat) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = desk.onTalk((at) => {
      if (at !== undefined && at !== chat) return;
      clearTimeout(timer);
      timer = setTimeout(() => void read(), calm);
    });
    return () => (stop(), clearTimeout(timer));
  }, [desk, chat, read]);

  const post = async (s: Sending) => {
    const body = { id: s.id, ...(s.plain ? { text: plainText(s.content) } : { content: s.content }) };
    try {
      const line = "chat" in place
        ? await desk.api.call("POST /teams-chats/{chat}/messages", { path: { chat: place.chat }, body })
        : await desk.api.call("POST /teams-channels/{team}/{channel}/messages", { path: place, body });
      if (gone.current) return;
      setSending((all) => all.filter((x) => x.id !== s.id));
      setPage((p) => ({ ...p, lines: [...p.lines.filter((l) => l.id !== line.id), line] }));
    } catch (e) {
      if (!(e instanceof Refusal) && !(e instanceof Unreachable)) throw e;
      setSending((all) => all.map((x) => (x.id === s.id ? { ...x, code: codeOf(e) } : x)));
    }
  };
  const say = (content: Node[]) => {
    const s: Sending = { id: newId(), at: new Date().toISOString(), content, plain: isPlain(content) };
    setSending((all) => [...all, s]);
    void post(s);
  };
  const resend = (id: string) => {
    const s = sending.find((x) => x.id === id);
    if (!s) return;
    const { code: _, ...again } = s;
    setSending((all) => all.map((x) => (x.id === id ? again : x)));
    void post(again);
  };
  return {
    ...page, sending, say, resend, discard: (id) => setSending((all) => all.filter((x) => x.id !== id)),
    older: () => page.before && !page.busy && void read(page.before), refresh: () => void read(),
  };
}
