import { lazy } from "./lazy";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FileRef } from "../../../shared/types";
import { sessionKey } from "../host";
import { plainText, type Line } from "../model/log";
import type { Shell } from "../shell";
import { useClaim } from "./hooks";
import { Icon } from "./icons";
import { useUploads, type Upload } from "./uploads";

const Emoji = lazy(() => import("./emoji").then((m) => m.Emoji));

interface Props {
  shell: Shell;
  dropped: File[];
  editing: Line | undefined;
  onEdited: () => void;
  onEditLast: () => void;
}

interface Draft {
  text: string;
  files: FileRef[];
}

/** Where the customer writes. Text and uploaded files survive a reload. */
export function Composer({ shell, dropped, editing, onEdited, onEditLast }: Props) {
  const w = shell.words;
  const key = `${sessionKey(shell.origin)}:draft:${shell.session.id}`;
  const draft = useRef<Draft>(read(shell, key));
  const keep = (patch: Partial<Draft>) => {
    draft.current = { ...draft.current, ...patch };
    if (draft.current.text || draft.current.files.length) shell.tab.set(key, JSON.stringify(draft.current));
    else shell.tab.remove(key);
  };
  const [text, setText] = useState(draft.current.text);
  const [picking, setPicking] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const files = useUploads(shell, draft.current.files, (f) => keep({ files: f }));

  useClaim(shell, area);
  useEffect(() => files.add(dropped), [dropped]);
  useLayoutEffect(() => {
    const { style } = area.current!;
    style.height = "auto";
    style.height = `${Math.min(area.current!.scrollHeight, 132)}px`;
  }, [text]);
  useEffect(() => {
    if (!editing) return;
    setText(plainText(editing.content));
    area.current?.focus();
  }, [editing]);

  const write = (value: string) => {
    setText(value);
    if (!editing) keep({ text: value });
    shell.session.typing(value !== "");
  };
  const stopEditing = () => {
    onEdited();
    setText(draft.current.text);
    area.current?.focus();
  };
  const ready = editing ? text.trim() !== "" : !files.busy && (text.trim() !== "" || files.refs.length > 0);
  const send = () => {
    if (!ready) return;
    setPicking(false);
    if (editing) {
      if (text.trim() !== plainText(editing.content)) shell.session.edit(editing, text.trim());
      return stopEditing();
    }
    shell.session.post(text.trim(), files.refs);
    shell.ui.set({ divider: 0 });
    setText("");
    files.clear();
    keep({ text: "", files: [] });
    area.current?.focus();
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      send();
    } else if (e.key === "ArrowUp" && text === "" && !editing) {
      e.preventDefault();
      onEditLast();
    } else if (e.key === "Escape" && (editing || picking)) {
      e.preventDefault();
      if (picking) setPicking(false);
      else stopEditing();
    }
  };
  const paste = (e: ClipboardEvent) => {
    const pasted = [...(e.clipboardData?.files ?? [])];
    if (!pasted.length || editing) return;
    e.preventDefault();
    files.add(pasted);
  };
  const insert = (emoji: string) => {
    const el = area.current!;
    write(text.slice(0, el.selectionStart) + emoji + text.slice(el.selectionEnd));
    const at = el.selectionStart + emoji.length;
    setPicking(false);
    setTimeout(() => (el.focus(), el.setSelectionRange(at, at)));
  };

  return (
    <div class="composer">
      {editing && <div class="editing"><Icon name="edit" /> {w.editing} <button type="button" onClick={stopEditing}>{w.cancel}</button></div>}
      {!editing && files.list.length > 0 && <Tray list={files.list} shell={shell} remove={files.remove} />}
      {picking && <Emoji shell={shell} pick={insert} close={() => (setPicking(false), area.current?.focus())} />}
      <div class="tools">
        <button type="button" class="bare" aria-label={w.emoji} title={w.emoji} aria-expanded={picking} onClick={() => setPicking(!picking)}><Icon name="emoji" /></button>
        <button type="button" class="bare" aria-label={w.attach} title={w.attach} disabled={!!editing} onClick={() => chooser.current?.click()}><Icon name="attach" /></button>
        <textarea ref={area} rows={1} dir="auto" value={text} aria-label={w.message} placeholder={w.message} enterkeyhint="send" maxLength={8000}
          onInput={(e) => write(e.currentTarget.value)} onKeyDown={keys} onPaste={paste} />
        <button type="button" class="go" aria-label={editing ? w.save : w.send} title={editing ? w.save : w.send} aria-disabled={!ready} onClick={send}><Icon name={editing ? "check" : "send"} /></button>
      </div>
      <input ref={chooser} type="file" multiple hidden tabIndex={-1} aria-hidden="true" onChange={(e) => (files.add([...(e.currentTarget.files ?? [])]), (e.currentTarget.value = ""))} />
    </div>
  );
}

function Tray({ list, shell, remove }: { list: Upload[]; shell: Shell; remove: (key: string) => void }) {
  const w = shell.words;
  return (
    <div role="status"><ul class="tray">
      {list.map((u) => (
        <li key={u.key} class={u.error ? "bad" : ""}>
          <Icon name={u.error ? "warn" : "file"} />
          <span class="what">
            <b dir="auto">{u.name}</b>
            {u.error ? <small>{u.error}</small> : u.ref ? <span class="hide">{w.uploaded(u.name)}</span> : <progress value={u.share} aria-label={w.uploading(Math.round(u.share * 100))} />}
          </span>
          <button type="button" class="bare" aria-label={w.removeFile(u.name)} title={w.removeFile(u.name)} onClick={() => remove(u.key)}><Icon name="close" /></button>
        </li>
      ))}
    </ul></div>
  );
}

function read(shell: Shell, key: string): Draft {
  const kept = shell.tab.get(key);
  return kept ? (JSON.parse(kept) as Draft) : { text: "", files: [] };
}
