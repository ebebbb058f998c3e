import { Component } from "preact";
import { isAlias, publicName, wordFact, type People } from "../model/facts";
import { me, plainText, type Line } from "../model/log";
import type { Shell } from "../shell";
import { Content } from "./content";
import { Icon } from "./icons";
import { Menu, type Item } from "./menu";

export type Tick = "sending" | "sent" | "delivered" | "read" | "failed";

interface Props {
  line: Line;
  people: People;
  shell: Shell;
  lang: string;
  first: boolean; // of several lines of one speaker
  tick?: Tick; // shown below; missing: not shown
  changeable: boolean;
  onEdit: (line: Line) => void;
}

/** One line of the talk. Drawn anew only when something about it has changed. */
export class LineView extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return (Object.keys(next) as (keyof Props)[]).some((k) => k !== "onEdit" && next[k] !== this.props[k]);
  }

  override render({ line, people, shell, first, tick, changeable, onEdit }: Props) {
    const w = shell.words;
    if (line.fact) {
      const text = wordFact(line.fact, people, w);
      return text ? <p class={`fact ${line.fact.fact?.participant?.kind ?? ""}`} dir="auto">{text}</p> : null;
    }
    const who = people.get(line.author);
    const own = line.author === me;
    const expert = who?.kind === "expert";
    const name = own ? w.you : who ? publicName(who) : "";
    const time = clock(line.at, shell.format);
    const bare = !line.deleted && onlyPictures(line) ? " bare-picture" : "";
    return (
      <div class={`line ${own ? "me" : who?.kind ?? ""}${first ? " first" : ""}`} data-seq={line.seq || undefined}>
        <div class="row">
          <div class={`bubble${line.deleted ? " gone" : ""}${bare}`}>
            <div class={own || !first ? "hide" : "name"}>
              {expert && isAlias(name, w) ? null : <b dir="auto">{name}</b>}
              {expert && <span class="tag">{w.specialist}</span>}
              <time dateTime={line.at}>{time}</time>
              <span class="hide">: </span>
            </div>
            {line.deleted ? <p>{w.deleted}</p> : <Content nodes={line.content} shell={shell} />}
            {line.edited && !line.deleted && <small class="edited">{w.edited}</small>}
          </div>
          {changeable && <Menu className="own" label={w.options} icon="more" items={choices(line, shell, onEdit)} />}
        </div>
        <Reactions line={line} people={people} shell={shell} />
        {line.state !== "failed" && line.reason && <p class="below bad">{shell.code(line.reason)}</p>}
        {tick && <TickView tick={tick} line={line} time={time} shell={shell} />}
      </div>
    );
  }
}

function choices(line: Line, shell: Shell, onEdit: (line: Line) => void): Item[] {
  const w = shell.words;
  const items: Item[] = plainText(line.content) ? [{ label: w.edit, icon: "edit", act: () => onEdit(line) }] : [];
  return [...items, { label: w.remove, icon: "bin", danger: true, act: () => shell.session.remove(line) }];
}

const onlyPictures = (line: Line) => line.content.length > 0 && line.content.every((n) => n.t === "file" && n.file?.width);

function Reactions({ line, people, shell }: { line: Line; people: People; shell: Shell }) {
  if (!line.reactions.length) return null;
  const name = (id: number) => (id === me ? shell.words.you : publicName(people.get(id) ?? ({ name: "", publicName: "" } as never)));
  return (
    <ul class="reactions">
      {line.reactions.map((r) => {
        const words = shell.words.reaction(r.emoji, r.by.map(name));
        return <li key={r.emoji} title={words}><span class="hide">{words}</span><span aria-hidden="true">{r.emoji}{r.by.length > 1 ? ` ${r.by.length}` : ""}</span></li>;
      })}
    </ul>
  );
}

/** Where an own line has arrived, in words and sign. */
function TickView({ tick, line, time, shell }: { tick: Tick; line: Line; time: string; shell: Shell }) {
  const w = shell.words;
  if (tick === "failed") {
    return (
      <p class="below bad">
        <Icon name="warn" /> {w.notSent}: {shell.code(line.reason ?? "")}
        <button type="button" onClick={() => shell.session.retry(line.key)}>{w.retry}</button>
        <button type="button" onClick={() => shell.session.discard(line.key)}>{w.discard}</button>
      </p>
    );
  }
  const icon = { sending: "clock", sent: "check", delivered: "checks", read: "checks" } as const;
  return <p class={`below ${tick}`}>{time} · {w[tick]} <Icon name={icon[tick]} /></p>;
}

export const clock = (at: string, lang: string) => new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" }).format(new Date(at));
