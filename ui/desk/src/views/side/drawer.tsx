import { Button, DrawerBody, DrawerHeader, DrawerHeaderTitle, OverlayDrawer } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { useT } from "../context";
import { Side } from "./side";

/** The right column where there is no room for it. */
export default function Details({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT();
  return (
    <OverlayDrawer open position="end" size="small" className="details" onOpenChange={(_, d) => !d.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={onClose} />}>{t("conv.details")}</DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody><div className="side">{<Side id={id} />}</div></DrawerBody>
    </OverlayDrawer>
  );
}
