// System lines are facts; here they get their words in the reader's language.
import type { Entry, Participant, Summary } from "../../../shared/types";
import type { Key, Texts } from "../texts/texts";
import { callName, participant } from "./people";

/** Words a text whose key was built from a code, with the values that it may take. */
export function worded(t: Texts, key: string, fallback: Key, values: Record<string, string | number>): string {
  return (t as unknown as (key: string, values: Record<string, string | number>) => string)(t.has(key) ? key : fallback, values);
}

/** Why something did not work, as half a sentence. */
export const reasonText = (code: string | undefined, detail: string | undefined, t: Texts) =>
  worded(t, `reason.${code ?? "internal"}`, "reason.other", { code: code ?? "", detail: detail ?? "" });

/** A refusal in words; name: the file it is about. */
export const errorText = (code: string, t: Texts, name = "") => worded(t, `error.${code}`, "error.other", { code, name });

/** One system line. */
export function factText(e: Entry, c: Summary, t: Texts): string {
  const f = e.fact ?? {};
  const subject = f.participant ?? (f.subject === undefined ? undefined : participant(c, f.subject));
  const name = subject?.name ?? "";
  switch (e.kind) {
    case "opened":
      return f.page?.title ? t("fact.openedPage", { name, service: f.service ?? "", page: f.page.title }) : t("fact.opened", { name, service: f.service ?? "" });
    case "joined":
      return isMe(subject, c) ? t("fact.joinedYou") : t("fact.joined", { name });
    case "left":
      if (f.reason === "removed") return t("fact.removed", { name });
      return isMe(subject, c) ? t("fact.leftYou") : t("fact.left", { name });
    case "invitation":
      return invitation(e, name, c, t);
    case "closed":
      return closed(e, c, t);
    default:
      return notice(e, name, c, t);
  }
}

/** Something staff should know. */
function notice(e: Entry, name: string, c: Summary, t: Texts): string {
  const f = e.fact ?? {};
  const by = participant(c, e.author ?? 0);
  switch (f.reason) {
    case "no_answer":
      return t("fact.silent", { name });
    case "reminder":
      return isMe(by, c) ? t("fact.remindedYou", { name }) : t("fact.reminded", { name, by: by ? callName(by) : "" });
    case "thread_moved":
    case "thread_stays":
    case "sender_stays":
      return t(`fact.${f.reason}`, { name: f.detail ?? "" });
    default:
      return teamsNotice(f.reason ?? "", f.detail ?? "", t);
  }
}

/** What staff should know of the thread. The code may begin with what did not cross and end in the reason that Microsoft gave. */
function teamsNotice(code: string, detail: string, t: Texts): string {
  const what = ["file_in", "file_refused", "files_unshared", "change_refused"].find((w) => code.startsWith(`${w}_`));
  const reason = reasonText(what ? code.slice(what.length + 1) : code, detail, t);
  return worded(t, `notice.${what ?? code}`, "fact.notice", { detail, reason });
}

/** What became of an offer to a colleague or a service. */
function offer(e: Entry, who: Participant, c: Summary, t: Texts): string {
  const f = e.fact ?? {};
  const name = who.name;
  const by = participant(c, e.author ?? 0);
  if (f.participant) {
    if (f.participant.offer?.transfer) return isMe(by, c) ? t("fact.transferringYou", { name }) : t("fact.transferring", { name, by: by ? callName(by) : "" });
    return isMe(by, c) ? t("fact.offeringYou", { name }) : t("fact.offering", { name, by: by ? callName(by) : "" });
  }
  switch (f.reason) {
    case "declined": return t("fact.declined", { name });
    case "expired": return t("fact.expired", { name });
    case "withdrawn": return t("fact.withdrawn", { name });
  }
  return t("fact.taken", { name });
}

function invitation(e: Entry, name: string, c: Summary, t: Texts): string {
  const f = e.fact ?? {};
  const who = f.participant ?? participant(c, f.subject ?? 0);
  if (who?.kind === "agent") return offer(e, who, c, t);
  if (f.state === "failed") return t("fact.failed", { name, reason: reasonText(f.reason, f.detail, t) });
  if (f.state === "invited") return t("fact.invited", { name });
  const by = participant(c, e.author ?? f.participant?.invitedBy ?? 0);
  if (!f.participant || !by) return t("fact.invitingAgain", { name });
  return isMe(by, c) ? t("fact.invitingYou", { name }) : t("fact.inviting", { by: callName(by), name });
}

function closed(e: Entry, c: Summary, t: Texts): string {
  const by = participant(c, e.author ?? 0);
  switch (e.fact?.reason) {
    case "customer":
      return t("fact.closed.customer");
    case "timeout":
      return t("fact.closed.timeout");
    case "agent":
      return isMe(by, c) ? t("fact.closed.agentYou") : t("fact.closed.agent", { name: by?.name ?? t("kind.agent") });
  }
  return t("fact.closed");
}

const isMe = (p: Participant | undefined, c: Summary) => p !== undefined && p.id === c.me;
