import { Button, Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { useT } from "../context";
import { isMac } from "../topbar";

export function Keys({ onClose }: { onClose: () => void }) {
  const t = useT();
  const ctrl = isMac() ? "⌘" : t("key.ctrl");
  const list: [string[][], string][] = [
    [[[ctrl, "K"]], t("keys.palette")], [[["?"]], t("keys.help")], [[[t("key.alt"), t("key.up")], [t("key.alt"), t("key.down")]], t("keys.next")],
    [[[t("key.enter")]], t("keys.send")], [[[t("key.shift"), t("key.enter")]], t("keys.line")], [[[ctrl, "B"], [ctrl, "I"], [ctrl, "U"]], t("keys.format")],
    [[[t("key.up")]], t("keys.edit")], [[[t("key.up")], [t("key.down")]], t("keys.lines")], [[[t("key.esc")]], t("keys.escape")],
  ];
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface style={{ maxWidth: 520 }}>
        <DialogBody>
          <DialogTitle action={<Button appearance="subtle" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={onClose} />}>{t("keys.title")}</DialogTitle>
          <DialogContent>
            <dl className="keys">
              {list.map(([combos, what]) => (
                <Pair key={what} what={what}>{combos.map((combo, i) => <span key={i}>{i > 0 && " "}{combo.map((k) => <kbd key={k}>{k}</kbd>)}</span>)}</Pair>
              ))}
            </dl>
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

const Pair = ({ what, children }: { what: string; children: React.ReactNode }) => <><dt>{children}</dt><dd>{what}</dd></>;
