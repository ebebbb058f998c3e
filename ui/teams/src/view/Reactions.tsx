// Reactions under a message: one chip per emoji, with how many and who.

import type { VNode } from "preact";
import type { Message, Reaction } from "../graph/shapes";
import type { Thread } from "../model/thread";
import { joinNames } from "../words/events";
import { usePlace, useSpeech } from "./context";

// Names that Microsoft Teams used before reactions became emoji; they still come on read.
const legacy: Record<string, string> = { like: "👍", heart: "❤️", laugh: "😆", surprised: "😮", sad: "😢", angry: "😡" };

export interface ReactionChip {
  emoji: string;
  type: string; // as Graph names it
  people: string[]; // object ids
}

export function chipsOf(reactions: Reaction[]): ReactionChip[] {
  const chips = new Map<string, ReactionChip>();
  for (const reaction of reactions) {
    const type = reaction.reactionType;
    const emoji = Object.hasOwn(legacy, type) ? legacy[type]! : type === "custom" ? (reaction.displayName ?? "?") : type;
    const chip = chips.get(emoji) ?? { emoji, type, people: [] };
    chip.people.push(reaction.user?.user?.id ?? "");
    chips.set(emoji, chip);
  }
  return [...chips.values()];
}

export function Reactions({ message, thread }: { message: Message; thread: Thread }): VNode | null {
  const { words } = useSpeech();
  const { session } = usePlace();
  const chips = chipsOf(message.reactions ?? []);
  if (chips.length === 0) return null;
  const who = (chip: ReactionChip): string => {
    const names = chip.people.map((id) => (id === session.me.id ? words.you : (session.name(id) ?? words.unknownPerson)));
    return words.reacted(joinNames(names, words.event.and));
  };
  return (
    <div class="reactions">
      {chips.map((chip) => {
        const mine = chip.people.includes(session.me.id);
        return (
          <button
            type="button"
            key={chip.emoji}
            class="reaction"
            aria-pressed={mine}
            aria-label={`${chip.emoji} ${chip.people.length}, ${who(chip)}`}
            title={who(chip)}
            onClick={() => void session.act(() => thread.react(message, mine ? chip.type : chip.emoji, !mine))}
          >
            <span class="reaction-emoji">{chip.emoji}</span> {chip.people.length}
          </button>
        );
      })}
    </div>
  );
}
