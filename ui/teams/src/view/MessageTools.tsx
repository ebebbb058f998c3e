// What one can do with a message.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Message } from "../graph/shapes";
import type { Thread } from "../model/thread";
import { usePlace, useSpeech } from "./context";
import { EmojiGrid } from "./EmojiGrid";
import { IconButton } from "./Icon";
import { usePopover } from "./popover";

const gridHeight = 250; // pixels that the emoji grid takes

const quick = ["👍", "❤️", "😆", "😮"];

interface ToolsProps {
  message: Message;
  thread: Thread;
  mine: boolean;
  onEdit: () => void;
  onQuote: (message: Message) => void;
}

export function MessageTools({ message, thread, mine, onEdit, onQuote }: ToolsProps): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const [open, setOpen] = useState(false);
  const [below, setBelow] = useState(false);
  const root = usePopover(open, () => setOpen(false));
  const toggle = (): void => {
    const tools = root.current!.getBoundingClientRect();
    const log = root.current!.closest(".log")!.getBoundingClientRect();
    setBelow(tools.top - log.top < gridHeight);
    setOpen(!open);
  };
  const react = (emoji: string): void => {
    setOpen(false);
    void session.act(() => thread.react(message, emoji, true));
  };
  return (
    <div ref={root} class={`tools ${open ? "open" : ""}`} role="group" aria-label={words.messageActions}>
      {quick.map((emoji) => (
        <button type="button" key={emoji} class="tool-emoji" aria-label={words.reactWith(emoji)} title={words.reactWith(emoji)} onClick={() => react(emoji)}>
          {emoji}
        </button>
      ))}
      <IconButton icon="addSmile" size={18} label={words.moreReactions} expanded={open} onClick={toggle} />
      <IconButton icon="quote" size={18} label={words.quote} onClick={() => onQuote(message)} />
      {mine && <IconButton icon="edit" size={18} label={words.edit} onClick={onEdit} />}
      {mine && (
        <IconButton icon="remove" size={18} label={words.remove} onClick={() => void session.act(() => thread.setDeleted(message, true))} />
      )}
      {open && (
        <div class={`popover tools-emoji ${below ? "below" : ""}`}>
          <EmojiGrid onPick={react} />
        </div>
      )}
    </div>
  );
}
