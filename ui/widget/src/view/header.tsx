import type { Participant } from "../../../shared/types";
import { publicName, readers } from "../model/facts";
import type { State } from "../model/state";
import type { Shell } from "../shell";
import { Icon } from "./icons";
import { lazy } from "./lazy";
import type { Item } from "./menu";
import { usePhoto } from "./photo";
import { talk } from "./parts";

const Menu = lazy(({ shell }: { shell: Shell; label: string; icon: "more"; items: Item[] }) => talk(shell).then((m) => m.Menu), () => null);

/** Who is here, and what can be done with the chat as a whole. */
export function Header({ shell, state }: { shell: Shell; state: State }) {
  const { words: w, sound } = shell.ui.get();
  const running = state.phase === "chat" && state.view?.status !== "closed";
  const end = () => shell.ask();
  const items: Item[] = [
    { label: w.soundOn, icon: "sound", checked: sound, act: () => shell.setSound(!sound) },
    { label: w.transcript, icon: "download", act: () => void shell.transcript() },
  ];
  if (running) items.push({ label: w.endChat, icon: "end", danger: true, act: end });
  return (
    <div class="head">
      <Who state={state} shell={shell} />
      {state.phase === "chat" && <Menu shell={shell} label={w.menu} icon="more" items={items} />}
      <button type="button" class="bare" aria-label={w.minimise} title={w.minimise} onClick={() => shell.close()}>
        <Icon name="minimise" />
      </button>
      {running && (
        <button type="button" class="bare" aria-label={w.endChat} title={w.endChat} onClick={end}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function Who({ shell, state }: { shell: Shell; state: State }) {
  const w = shell.words;
  const people = readers(state.log.people);
  const service = state.view?.service ?? "";
  if (!people.length || state.view?.status === "closed") {
    return (
      <>
        <div class="faces"><b class="face none"><Icon name="chat" /></b></div>
        <h2>
          <span dir="auto">{service || w.chat}</span>
          {state.view && <small>{state.view.status === "closed" ? w.ended : w.queue(state.view.position ?? 1)}</small>}
        </h2>
      </>
    );
  }
  const roles = [...new Set(people.map((p) => (p.kind === "expert" ? w.specialist : w.agent)))];
  return (
    <>
      <div class="faces" aria-hidden="true">
        {people.slice(0, 3).map((p) => <Face person={p} shell={shell} key={p.id} />)}
      </div>
      <h2>
        <span dir="auto">{w.and(people.map(publicName))}</span>
        <small dir="auto">{[service, w.and(roles)].filter(Boolean).join(" · ")}</small>
      </h2>
    </>
  );
}

function Face({ person, shell }: { person: Participant; shell: Shell }) {
  const photo = usePhoto(shell.session.api, person);
  const initials = publicName(person).split(/\s+/).map((part) => [...part][0] ?? "").slice(0, 2).join("").toUpperCase();
  return <b class={`face ${person.kind}`}>{photo ? <img src={photo} alt="" /> : initials}</b>;
}
