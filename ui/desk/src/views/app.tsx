import { FluentProvider } from "@fluentui/react-components";
import { Component, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Desk } from "../model/desk";
import { loadTexts, pickLocale, type Texts } from "../texts/texts";
import { newUi, ShellContext } from "./context";
import { Frame } from "./frame";
import { useMedia } from "./hooks";
import { SignIn, Unreached } from "./signin";
import { dark, light } from "./theme";

interface Props {
  desk: Desk;
  first: Texts;
  asked: { lang: string | null; theme: string | null };
}

/** The language: as asked in the address, else the profile's, else the browser's. */
function useTexts({ desk, first, asked }: Props): Texts {
  const [texts, setTexts] = useState(() => first);
  const profile = useStore(desk.store, (s) => s.me?.locale);
  const wish = pickLocale([asked.lang, profile, ...navigator.languages]);
  useEffect(() => {
    let stale = false;
    void loadTexts(wish).then((t) => !stale && setTexts(() => t));
    return () => void (stale = true);
  }, [wish]);
  useEffect(() => void (document.documentElement.lang = texts.lang), [texts]);
  return texts;
}

/** The theme: as asked in the address, else the profile's, else the device's. */
function useDark({ desk, asked }: Props): boolean {
  const device = useMedia("(prefers-color-scheme: dark)");
  const profile = useStore(desk.store, (s) => s.me?.settings.theme);
  const wish = [asked.theme, profile].find((x) => x === "dark" || x === "light");
  const isDark = wish ? wish === "dark" : device;
  useEffect(() => void (document.documentElement.dataset.theme = isDark ? "dark" : "light"), [isDark]);
  return isDark;
}

export function App(props: Props) {
  const { desk } = props;
  const t = useTexts(props);
  const isDark = useDark(props);
  const [ui] = useState(newUi);
  const session = useStore(desk.store, (s) => s.session);
  const shell = useMemo(() => ({ desk, t, ui, dark: isDark }), [desk, t, ui, isDark]);
  return (
    <FluentProvider theme={isDark ? dark : light}>
      <ShellContext value={shell}>
        <Catch t={t}>
          <Suspense>{session === "in" ? <Frame /> : session === "unreachable" ? <Unreached /> : <SignIn over={session === "over"} />}</Suspense>
        </Catch>
      </ShellContext>
    </FluentProvider>
  );
}

/** A fault in a view must not leave the agent before an empty page. */
class Catch extends Component<{ t: Texts; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    const { t, children } = this.props;
    if (!this.state.failed) return children;
    return (
      <div className="blank" role="alert">
        <b>{t("error.crash")}</b>
        <button type="button" className="linkBtn" onClick={() => location.reload()}>{t("error.reload")}</button>
      </div>
    );
  }
}
