import { Button } from "@fluentui/react-components";
import { useRef, useState } from "react";
import type { Summary } from "../../../../shared/types";
import { codeOf } from "../../lib/api";
import { newId } from "../../lib/ids";
import { filesOf, isPlain, plainText } from "../../model/content";
import { errorText } from "../../model/facts";
import type { Line } from "../../model/log";
import { Editor, type EditorHandle } from "../compose/editor";
import { useShell } from "../context";

/** An own line while it is being changed, in its place. */
export function InlineEdit({ line, c }: { line: Line; c: Summary }) {
  const { desk, ui, t } = useShell();
  const editor = useRef<EditorHandle>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const close = () => {
    ui.setState({ editing: undefined });
    document.querySelector<HTMLElement>(".comp .editor")?.focus();
  };
  const save = async () => {
    const content = editor.current!.read();
    if (!content.length || busy) return;
    if (JSON.stringify(content) === JSON.stringify(line.content.filter((n) => n.t === "p"))) return close();
    setBusy(true);
    try {
      // As text the files of the line stay; a tree would have to name them anew.
      const asText = isPlain(content) || filesOf(line.content).length > 0;
      await desk.api.call("POST /conversations/{id}/edits", { path: { id: c.id }, body: { id: newId(), ref: line.seq, ...(asText ? { text: plainText(content) } : { content }) } });
      close();
    } catch (e) {
      setError(errorText(codeOf(e), t));
      setBusy(false);
    }
  };
  return (
    <div className="inlineEdit">
      <Editor ref={editor} label={t("comp.editing")} placeholder="" start={line.content.filter((n) => n.t !== "file")} onSend={() => void save()} onEscape={close} autoFocus />
      {error && <p role="alert" className="st"><span className="bad">{error}</span></p>}
      <div className="row2">
        <Button size="small" onClick={close}>{t("cancel")}</Button>
        <Button size="small" appearance="primary" disabledFocusable={busy} onClick={() => void save()}>{t("save")}</Button>
      </div>
    </div>
  );
}
