// A person's initials in a circle, with presence; a group's sign.

import type { VNode } from "preact";
import type { Presence } from "../graph/shapes";
import type { Words } from "../words/en";
import { useSpeech } from "./context";
import { Icon } from "./Icon";

const tints = 6;

interface AvatarProps {
  name: string;
  id: string;
  presence?: Presence | undefined;
  size?: number;
}

export function Avatar({ name, id, presence, size = 32 }: AvatarProps): VNode {
  return (
    <span class={`avatar tint-${tint(id)}`} style={{ "--size": `${size}px` }}>
      <span aria-hidden="true">{initials(name)}</span>
      {presence && <PresenceDot presence={presence} />}
    </span>
  );
}

export function GroupAvatar({ size = 32 }: { size?: number }): VNode {
  return (
    <span class="avatar group" style={{ "--size": `${size}px` }} aria-hidden="true">
      <Icon name="group" size={Math.round(size * 0.62)} />
    </span>
  );
}

function PresenceDot({ presence }: { presence: Presence }): VNode {
  const { words } = useSpeech();
  return <span class={`presence ${presenceKind(presence)}`} role="img" aria-label={presenceWords(presence, words)} title={presenceWords(presence, words)} />;
}

export function presenceKind({ availability }: Presence): string {
  switch (availability) {
    case "Available":
    case "AvailableIdle":
      return "available";
    case "Busy":
    case "BusyIdle":
      return "busy";
    case "DoNotDisturb":
      return "dnd";
    case "Away":
    case "BeRightBack":
      return "away";
    default:
      return "offline";
  }
}

export function presenceWords({ availability, activity }: Presence, words: Words): string {
  const p = words.presence;
  const finer: Record<string, string> = {
    InACall: p.InACall,
    InAConferenceCall: p.InACall,
    InAMeeting: p.InAMeeting,
    Presenting: p.Presenting,
    OutOfOffice: p.OutOfOffice,
  };
  const coarse: Record<string, string> = {
    available: p.Available,
    busy: p.Busy,
    dnd: p.DoNotDisturb,
    away: availability === "BeRightBack" ? p.BeRightBack : p.Away,
    offline: availability === "Offline" ? p.isOffline : p.Unknown,
  };
  return finer[activity] ?? coarse[presenceKind({ availability, activity })] ?? p.Unknown;
}

export function initials(name: string): string {
  const words = name.replace(/\(.*?\)/g, "").split(/[\s,-]+/).filter((w) => /[\p{L}\p{N}]/u.test(w));
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...words.at(-1)!][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

function tint(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)!) >>> 0;
  return sum % tints;
}
