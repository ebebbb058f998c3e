import Picker from "emoji-picker-element/picker";
import wordsDe from "emoji-picker-element/i18n/de";
import wordsEn from "emoji-picker-element/i18n/en";
import dataDe from "emoji-picker-element-data/de/cldr-native/data.json?url";
import dataEn from "emoji-picker-element-data/en/cldr-native/data.json?url";
import { useEffect, useRef } from "react";
import { useShell } from "../context";

const languages = { de: { i18n: wordsDe, dataSource: dataDe }, en: { i18n: wordsEn, dataSource: dataEn } };

/** The emoji grid with its search; its data comes from our own server. */
export default function EmojiGridElement({ onPick }: { onPick: (emoji: string) => void }) {
  const { t, dark } = useShell();
  const place = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    const picker = new Picker({ locale: t.lang, ...languages[t.lang] });
    picker.className = dark ? "dark" : "light";
    picker.addEventListener("emoji-click", (e) => e.detail.unicode && pick.current(e.detail.unicode));
    place.current!.replaceChildren(picker);
    const focus = setTimeout(() => picker.shadowRoot?.querySelector<HTMLElement>("input")?.focus(), 50);
    return () => clearTimeout(focus);
  }, [t, dark]);
  return <div ref={place} />;
}
