import { Popover, PopoverSurface, PopoverTrigger, Spinner } from "@fluentui/react-components";
import { lazy, Suspense, useState, type ReactElement } from "react";
import { useT } from "../context";

const Grid = lazy(() => import("./emojigrid"));

export function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const t = useT();
  return <Suspense fallback={<div style={{ width: 360, height: 320, display: "grid", placeItems: "center" }}><Spinner label={t("loading")} /></div>}><Grid onPick={onPick} /></Suspense>;
}

/** All emoji in a popover behind a button. */
export function EmojiButton({ trigger, label, onPick }: { trigger: ReactElement; label: string; onPick: (emoji: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={(_, d) => setOpen(d.open)} trapFocus positioning="above-start">
      <PopoverTrigger disableButtonEnhancement>{trigger}</PopoverTrigger>
      <PopoverSurface aria-label={label} className="emojiPop"><EmojiGrid onPick={(e) => (setOpen(false), onPick(e))} /></PopoverSurface>
    </Popover>
  );
}
