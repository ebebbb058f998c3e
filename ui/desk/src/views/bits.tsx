// Small things that stand in many places.
import type { ReactNode } from "react";
import { initials } from "../model/people";
import { duration, shortWait, tooLong } from "../model/time";
import type { Participant } from "../../../shared/types";
import { photoURL } from "../lib/calls";
import { useDesk, useT } from "./context";
import { useNow } from "./hooks";

export type Dot = "ok" | "away" | "busy" | "off" | "pending";

/** An avatar says nothing that does not stand beside it in words, so it is hidden from those who listen. */
export function Avatar({ name, kind, dot, small, photo }: { name: string; kind: string; dot?: Dot | undefined; small?: boolean; photo?: string | undefined }) {
  const hue = kind === "expert" ? `hue${[...name].reduce((n, c) => (n * 31 + c.codePointAt(0)!) >>> 0, 7) % 5}` : "";
  return (
    <span className={`av ${kind} ${hue} ${small ? "small" : ""}`} aria-hidden="true">
      {photo ? <img src={photo} alt="" /> : initials(name)}
      {dot && <i className={dot} />}
    </span>
  );
}

/** Where the photo of a participant lies; agents have one if they want. */
export function usePhoto(p: Participant | undefined): string | undefined {
  const version = useDesk((s) => (p?.agent ? s.photos[p.agent] : undefined));
  return version && p?.agent ? photoURL(p.agent, version) : undefined;
}

/** How long somebody has been waiting; red when it is too long. Ticks by itself. */
export function WaitClock({ since, red, label }: { since: string; red?: boolean; label: (time: string) => string }) {
  const t = useT();
  const ms = useNow() - Date.parse(since);
  return (
    <span className={`clock ${red && tooLong(ms) ? "red" : ""}`}>
      <span aria-hidden="true">{shortWait(ms, t)}</span>
      <span className="hidden">{label(shortWait(ms, t))}</span>
    </span>
  );
}

/** A running time inside a sentence. */
export function Since({ since, children }: { since: string; children: (time: string) => ReactNode }) {
  const t = useT();
  const ms = useNow() - Date.parse(since);
  return <span className="num">{children(duration(ms, t))}</span>;
}

export function Dots() {
  return <span className="dots" aria-hidden="true"><i /><i /><i /></span>;
}
