// How far an own line has come, per reader, honestly: the customer by cursors, the thread by its lane.
import type { Lane, Participant, Summary } from "../../../shared/types";
import { listed, type Texts } from "../texts/texts";
import { reasonText } from "./facts";
import type { Line } from "./log";
import { callName, customerOf, presentExperts } from "./people";

export interface Arrival {
  who: string; // "" when it is about the only reader
  text: string;
  failed?: boolean; // it will not go on by itself
}

/** What stands below an own line; empty for lines that are nobody's to wait for. */
export function arrivals(line: Line, c: Summary, t: Texts): Arrival[] {
  if (line.fact || line.deleted) return [];
  if (line.state === "sending") return [{ who: "", text: t("status.sending") }];
  if (line.state === "failed") return [{ who: "", text: t("status.failed"), failed: true }];
  const experts = presentExperts(c).filter((p) => p.state !== "inviting");
  const inTeams = threadArrival(line, c.lane, experts, t);
  const customer = line.audience === "everyone" ? customerArrival(line, c, t) : undefined;
  if (customer && inTeams) return [customer, inTeams];
  if (customer) return [{ ...customer, who: "" }];
  return inTeams ? [inTeams] : [];
}

function customerArrival(line: Line, c: Summary, t: Texts): Arrival | undefined {
  const customer = customerOf(c);
  if (!customer) return undefined;
  const cursor = c.cursors.find((x) => x.participant === customer.id);
  const text = (cursor?.read ?? 0) >= line.seq ? t("status.read") : (cursor?.delivered ?? 0) >= line.seq ? t("status.delivered") : t("status.sent");
  return { who: callName(customer), text };
}

function threadArrival(line: Line, lane: Lane | undefined, experts: readonly Participant[], t: Texts): Arrival | undefined {
  if (!lane || line.via === "teams") return undefined;
  const who = experts.length ? listed(experts.map(callName), t) : t("status.experts");
  if (lane.cursor >= line.seq) return { who, text: t("status.teams") };
  if (!experts.length && lane.state !== "blocked") return undefined;
  const text = laneText(line, lane, t);
  return text ? { who, text, ...(lane.state === "blocked" ? { failed: true } : {}) } : undefined;
}

function laneText(line: Line, lane: Lane, t: Texts): string {
  const posting = lane.from !== undefined && lane.to !== undefined && lane.from <= line.seq && line.seq <= lane.to;
  switch (lane.state) {
    case "blocked":
      return t("status.blocked", { reason: reasonText(lane.reason, lane.detail, t) });
    case "paused":
      return t("status.paused", { reason: reasonText(lane.reason, lane.detail, t) });
    case "ended":
      return t("status.ended");
    case "verifying":
      return posting ? t("status.verifying") : t("status.queued");
    case "waiting":
      return lane.reason ? t("status.waiting", { reason: reasonText(lane.reason, lane.detail, t) }) : t("status.queued");
  }
  return posting ? t("status.posting") : t("status.queued");
}

/** Arrivals as one piece of text, to compare and to read out. */
export const arrivalText = (a: readonly Arrival[], t: Texts) => a.map((x) => (x.who ? t("status.for", { name: x.who, state: x.text }) : x.text)).join(" · ");
