import { Button, Popover, PopoverSurface, PopoverTrigger, Tooltip } from "@fluentui/react-components";
import { Delete16Regular } from "@fluentui/react-icons/svg/delete";
import { Edit16Regular } from "@fluentui/react-icons/svg/edit";
import { EmojiAdd16Regular } from "@fluentui/react-icons/svg/emoji-add";
import { MoreHorizontal16Regular } from "@fluentui/react-icons/svg/more-horizontal";
import { lazy, Suspense, useState } from "react";
import type { Summary } from "../../../../shared/types";
import { newId } from "../../lib/ids";
import type { Line } from "../../model/log";
import { EmojiGrid } from "../compose/emoji";
import { useAct, useShell } from "../context";
import { useReact } from "./below";

const Confirm = lazy(() => import("../over/confirm"));
const usual = ["👍", "❤️", "😄", "🎉", "😮", "🙏"];

/** What can be done with a line; shown while the pointer or the focus is on it. */
export function Tools({ line, c }: { line: Line; c: Summary }) {
  const { desk, ui, t } = useShell();
  const act = useAct();
  const react = useReact(line, c);
  const [deleting, setDeleting] = useState(false);
  if (!react) return null;
  const own = line.author === c.me;
  const remove = () => act(() => desk.api.call("POST /conversations/{id}/deletions", { path: { id: c.id }, body: { id: newId(), ref: line.seq } }));
  return (
    <div className="tools" role="group" aria-label={t("log.tools")}>
      <React line={line} c={c} react={react} />
      {own && <Tooltip content={t("log.edit")} relationship="label"><Button appearance="subtle" icon={<Edit16Regular />} onClick={() => ui.setState({ editing: line.key })} /></Tooltip>}
      {(own || line.publishedBy) && <Tooltip content={own ? t("log.delete") : t("log.takeBack")} relationship="label"><Button appearance="subtle" icon={<Delete16Regular />} onClick={() => setDeleting(true)} /></Tooltip>}
      {deleting && <Suspense><Confirm title={t("delete.title")} text={own ? t("delete.text") : t("log.takeBackText")} yes={t("log.delete")} onYes={remove} onClose={() => setDeleting(false)} /></Suspense>}
    </div>
  );
}

function React({ line, c, react }: { line: Line; c: Summary; react: (emoji: string, withdrawn: boolean) => void }) {
  const { t } = useShell();
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const pick = (emoji: string) => {
    setOpen(false);
    react(emoji, line.reactions.some((r) => r.emoji === emoji && c.me !== undefined && r.by.includes(c.me)));
  };
  return (
    <Popover open={open} onOpenChange={(_, d) => (setOpen(d.open), setAll(false))} trapFocus positioning="above-end">
      <PopoverTrigger disableButtonEnhancement>
        <Tooltip content={t("log.addReaction")} relationship="label"><Button appearance="subtle" icon={<EmojiAdd16Regular />} /></Tooltip>
      </PopoverTrigger>
      <PopoverSurface aria-label={t("log.addReaction")} className={all ? "emojiPop" : ""} style={{ padding: 4 }}>
        {all ? <EmojiGrid onPick={pick} /> : (
          <div className="quick">
            {usual.map((e) => <button type="button" key={e} onClick={() => pick(e)}>{e}</button>)}
            <button type="button" aria-label={t("log.moreEmoji")} onClick={() => setAll(true)}><MoreHorizontal16Regular /></button>
          </div>
        )}
      </PopoverSurface>
    </Popover>
  );
}
