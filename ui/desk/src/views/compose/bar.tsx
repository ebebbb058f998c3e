import { Button, Tooltip } from "@fluentui/react-components";
import { Attach20Regular } from "@fluentui/react-icons/svg/attach";
import { Emoji20Regular } from "@fluentui/react-icons/svg/emoji";
import { TextBold20Regular } from "@fluentui/react-icons/svg/text-bold";
import { TextItalic20Regular } from "@fluentui/react-icons/svg/text-italic";
import { useRef, type MouseEvent, type ReactNode, type RefObject } from "react";
import { useShell } from "../context";
import { isMac } from "../topbar";
import type { EditorHandle, Format } from "./editor";
import { EmojiButton } from "./emoji";

interface Props {
  editor: RefObject<EditorHandle | null>;
  formats: ReadonlySet<Format>;
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

const stay = (e: MouseEvent) => e.preventDefault(); // the caret stays in the text

export function Bar({ editor, formats, onFiles, children }: Props) {
  const { t } = useShell();
  const input = useRef<HTMLInputElement>(null);
  const key = (k: string) => `${isMac() ? "⌘" : `${t("key.ctrl")}+`}${k}`;
  return (
    <div className="bar" role="group" aria-label={t("comp.tools")}>
      <EmojiButton label={t("comp.emoji")} onPick={(e) => (editor.current!.focus(), editor.current!.insert(e))} trigger={<Button appearance="subtle" icon={<Emoji20Regular />} aria-label={t("comp.emoji")} title={t("comp.emoji")} />} />
      <Tooltip content={t("comp.attach")} relationship="label"><Button appearance="subtle" icon={<Attach20Regular />} onClick={() => input.current!.click()} /></Tooltip>
      <Tooltip content={`${t("comp.bold")} (${key("B")})`} relationship="description"><Button appearance="subtle" icon={<TextBold20Regular />} aria-label={t("comp.bold")} aria-pressed={formats.has("bold")} onMouseDown={stay} onClick={() => editor.current!.format("bold")} /></Tooltip>
      <Tooltip content={`${t("comp.italic")} (${key("I")})`} relationship="description"><Button appearance="subtle" icon={<TextItalic20Regular />} aria-label={t("comp.italic")} aria-pressed={formats.has("italic")} onMouseDown={stay} onClick={() => editor.current!.format("italic")} /></Tooltip>
      <input ref={input} type="file" multiple hidden onChange={(e) => (onFiles([...(e.target.files ?? [])]), (e.target.value = ""))} />
      {children}
    </div>
  );
}
