import { Button, Field, Input, Select, Switch } from "@fluentui/react-components";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import { Checkmark16Regular } from "@fluentui/react-icons/svg/checkmark";
import { SignOut20Regular } from "@fluentui/react-icons/svg/sign-out";
import { useEffect, useState, type FormEvent } from "react";
import type { Me, Settings } from "../../lib/calls";
import { useAct, useDesk, useShell } from "../context";
import { go } from "../route";
import { Photo } from "./photo";
import { TeamsCard } from "./teams";

interface Props {
  error?: string;
  detail?: string;
}

export default function Profile(outcome: Props) {
  const { desk, t } = useShell();
  const me = useDesk((s) => s.me);
  const act = useAct();
  useEffect(() => act(() => desk.refreshTeams()), [desk]);
  if (!me) return null;
  return (
    <main className="page" id="conversation" tabIndex={-1}>
      <div className="profile">
        <header>
          <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={() => go("#/")} />
          <h1>{t("prof.title")}</h1>
          <Button appearance="subtle" icon={<SignOut20Regular />} onClick={() => act(() => desk.signOut())}>{t("signin.out")}</Button>
        </header>
        <Photo me={me} />
        <About me={me} />
        <TeamsCard link={me.teams} outcome={outcome} />
        <Look me={me} />
        <Notices me={me} />
      </div>
    </main>
  );
}

function About({ me }: { me: Me }) {
  const { desk, t } = useShell();
  const act = useAct();
  const [name, setName] = useState(me.name);
  const [nickname, setNickname] = useState(me.nickname);
  const [saved, setSaved] = useState(false);
  const save = (e: FormEvent) => {
    e.preventDefault();
    act(async () => {
      await desk.changeMe({ name: name.trim(), nickname: nickname.trim() });
      setSaved(true);
    });
  };
  const changed = name.trim() !== me.name || nickname.trim() !== me.nickname;
  return (
    <form className="card" onSubmit={save} onChange={() => setSaved(false)}>
      <h2>{t("prof.you")}</h2>
      <div className="two">
        <Field label={t("prof.name")} required><Input value={name} maxLength={80} autoComplete="name" onChange={(_, d) => setName(d.value)} /></Field>
        <Field label={t("prof.nickname")} hint={t("prof.nicknameHint")}><Input value={nickname} maxLength={80} autoComplete="nickname" onChange={(_, d) => setNickname(d.value)} /></Field>
      </div>
      <div className="acts">
        <Button appearance="primary" type="submit" disabled={!changed || !name.trim()}>{t("save")}</Button>
        <span role="status">{saved && !changed && <span className="ok"><Checkmark16Regular />{t("saved")}</span>}</span>
      </div>
    </form>
  );
}

/** Changes a setting at once; the others stay. */
function useSetting(me: Me): (change: Settings) => void {
  const { desk } = useShell();
  const act = useAct();
  return (change) => act(() => desk.changeMe({ settings: { ...me.settings, ...change } }));
}

function Look({ me }: { me: Me }) {
  const { desk, t } = useShell();
  const act = useAct();
  const set = useSetting(me);
  return (
    <section className="card">
      <h2>{t("prof.look")}</h2>
      <div className="two">
        <Field label={t("prof.language")}>
          <Select value={me.locale.slice(0, 2)} onChange={(_, d) => act(() => desk.changeMe({ locale: d.value }))}>
            <option value="">{t("prof.language.browser")}</option>
            <option value="de" lang="de">Deutsch</option>
            <option value="en" lang="en">English</option>
          </Select>
        </Field>
        <Field label={t("prof.theme")}>
          <Select value={me.settings.theme ?? "system"} onChange={(_, d) => set({ theme: d.value as NonNullable<Settings["theme"]> })}>
            <option value="system">{t("prof.theme.system")}</option>
            <option value="light">{t("prof.theme.light")}</option>
            <option value="dark">{t("prof.theme.dark")}</option>
          </Select>
        </Field>
      </div>
    </section>
  );
}

function Notices({ me }: { me: Me }) {
  const { t } = useShell();
  const set = useSetting(me);
  const able = "Notification" in globalThis;
  const [denied, setDenied] = useState(able && Notification.permission === "denied");
  const desktop = async (on: boolean) => {
    const answer = on ? await Notification.requestPermission() : "granted";
    setDenied(answer === "denied");
    set({ notify: on && answer === "granted" });
  };
  return (
    <section className="card">
      <h2>{t("prof.notify")}</h2>
      <div>
        <Switch label={t("prof.sound")} checked={me.settings.sound !== false} onChange={(_, d) => set({ sound: d.checked })} />
      </div>
      <div>
        <Switch label={t("prof.repeat")} checked={me.settings.repeat === true} onChange={(_, d) => set({ repeat: d.checked })} />
        <p className="hint">{t("prof.repeatHint")}</p>
      </div>
      {able && (
        <div>
          <Switch label={t("prof.desktop")} checked={me.settings.notify === true && Notification.permission === "granted"} onChange={(_, d) => void desktop(d.checked)} />
          <p className="hint">{denied ? t("prof.desktopDenied") : t("prof.desktopHint")}</p>
        </div>
      )}
    </section>
  );
}
