import { LockClosed16Filled } from "@fluentui/react-icons/svg/lock-closed";
import { memo } from "react";
import type { Participant, Summary } from "../../../../shared/types";
import { isEmojiOnly } from "../../model/content";
import { factText } from "../../model/facts";
import type { Line } from "../../model/log";
import { callName, participant } from "../../model/people";
import type { Arrival } from "../../model/status";
import { fullTime, timeOfDay } from "../../model/time";
import { Avatar, usePhoto } from "../bits";
import { useShell, useUi } from "../context";
import { Arrived, Edited, Reactions } from "./below";
import { Content } from "./content";
import { InlineEdit } from "./edit";
import { Publish, PublishedBy } from "./publish";
import { Tools } from "./tools";

interface Props {
  line: Line;
  first: boolean; // the first of several by the same speaker
  c: Summary;
  arrived: Arrival[];
}

export const LineView = memo(function LineView({ line, first, c, arrived }: Props) {
  const { t } = useShell();
  const editing = useUi((s) => s.editing === line.key);
  const photo = usePhoto(participant(c, line.author));
  if (line.fact) return <FactLine line={line} c={c} />;
  const author = participant(c, line.author);
  const back = line.audience === "backroom";
  const own = line.author === c.me;
  const kind = back ? "back" : own ? "me" : (author?.kind ?? "agent");
  const big = !line.deleted && !back && isEmojiOnly(line.content);
  return (
    <div className="row">
      <div className={`m ${kind} ${first ? "first" : ""} ${line.deleted ? "gone" : ""} ${line.state ?? ""} ${big ? "big" : ""}`} tabIndex={-1}>
        {!own && !back && (first ? <Avatar name={author?.name ?? "?"} kind={author?.kind ?? "agent"} photo={photo} small /> : <span className="gap" />)}
        <div className="col">
          {first ? <Who line={line} author={author} own={own} c={c} /> : <span className="hidden">{nameOf(author)}:</span>}
          {editing ? <InlineEdit line={line} c={c} /> : (
            <div className="bub">
              {line.deleted ? (own ? t("log.deletedYou") : t("log.deleted", { name: nameOf(author) })) : <Content nodes={line.content} />}
              {line.seq > 0 && !line.deleted && c.status === "active" && <Tools line={line} c={c} />}
            </div>
          )}
          {!editing && <Edited line={line} />}
          <Publish line={line} c={c} />
          <Reactions line={line} c={c} />
          {arrived.length > 0 && <Arrived line={line} c={c} arrived={arrived} />}
        </div>
      </div>
    </div>
  );
});

const nameOf = (p: Participant | undefined) => (p ? (p.kind === "expert" ? p.name : callName(p)) : "");

/** Who speaks, first; then when, and from where. */
function Who({ line, author, own, c }: { line: Line; author: Participant | undefined; own: boolean; c: Summary }) {
  const { t } = useShell();
  const time = <time dateTime={line.at} title={fullTime(line.at, t)}>{timeOfDay(line.at, t)}</time>;
  const name = nameOf(author);
  const teams = line.via === "teams" && <span>{t("log.teams")}</span>;
  if (line.audience === "backroom") {
    return (
      <div className="who">
        <span className="lock"><LockClosed16Filled aria-hidden="true" />{t("log.backroom")}</span>
        <span>{author?.kind === "expert" ? t("log.toAgents", { name }) : t("log.toExperts", { name })} · {time}</span>{teams}
      </div>
    );
  }
  if (own) return <div className="who"><b className="hidden">{name}</b>{teams}{time}<b aria-hidden="true">{name}</b></div>;
  return <div className="who"><b>{name}</b>{author?.kind === "expert" && <span className="role">{t("kind.expert")}</span>}<span>{time}</span>{teams}<PublishedBy line={line} c={c} /></div>;
}

function FactLine({ line, c }: { line: Line; c: Summary }) {
  const { t } = useShell();
  const f = line.fact!;
  const calm = f.kind === "notice" && (f.fact?.reason === "reminder" || f.fact?.reason === "thread_moved");
  const tone = f.kind === "joined" ? "good" : (f.kind === "invitation" && f.fact?.state === "failed") || (f.kind === "notice" && !calm) ? "bad" : "";
  return <div className={`sys ${tone}`}><span>{factText(f, c, t)} · <time dateTime={line.at}>{timeOfDay(line.at, t)}</time></span></div>;
}
