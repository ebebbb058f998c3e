// The button that opens the emoji grid.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useSpeech } from "./context";
import { EmojiGrid } from "./EmojiGrid";
import { IconButton } from "./Icon";
import { usePopover } from "./popover";

export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }): VNode {
  const { words } = useSpeech();
  const [open, setOpen] = useState(false);
  const root = usePopover(open, () => setOpen(false));
  return (
    <div ref={root} class="popover-root">
      <IconButton icon="smile" label={words.emoji} expanded={open} onClick={() => setOpen(!open)} />
      {open && (
        <div class="popover above">
          <EmojiGrid
            onPick={(emoji) => {
              setOpen(false);
              onPick(emoji);
            }}
          />
        </div>
      )}
    </div>
  );
}
