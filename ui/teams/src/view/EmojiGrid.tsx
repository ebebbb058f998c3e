// Common emoji in a grid; arrow keys move, Enter takes one.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSpeech } from "./context";
import { moveFocus } from "./popover";

const columns = 8;
const emoji = [
  "👍", "👎", "👏", "🙏", "👋", "👌", "💪", "🤝",
  "❤️", "🧡", "💚", "💙", "💜", "🎉", "🔥", "⭐",
  "😀", "😄", "😆", "😅", "😂", "🙂", "😉", "😊",
  "😇", "😍", "😘", "😋", "😎", "🤓", "🤔", "🤗",
  "😐", "🙄", "😏", "😬", "😮", "😲", "😳", "🥳",
  "😕", "🙁", "😟", "😢", "😭", "😤", "😡", "🤯",
  "😱", "😴", "🤒", "🤷", "🤦", "👀", "💡", "💯",
  "✅", "❌", "❓", "❗", "⚠️", "⏰", "📌", "📎",
  "📞", "💻", "🔧", "🔒", "🚀", "☕", "🍀", "🌞",
] as const;

export function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }): VNode {
  const { words } = useSpeech();
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => grid.current?.querySelector("button")?.focus(), []);
  return (
    <div ref={grid} class="emoji-grid" role="group" aria-label={words.emoji} onKeyDown={(e) => moveFocus(e, "button", columns)}>
      {emoji.map((one, i) => (
        <button type="button" key={one} tabIndex={i === 0 ? 0 : -1} onClick={() => onPick(one)}>
          {one}
        </button>
      ))}
    </div>
  );
}
