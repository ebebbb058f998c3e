import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useT } from "../context";

interface Props {
  title: string;
  text: string;
  yes: string;
  onYes: () => void;
  onClose: () => void;
  children?: ReactNode; // what else should be known
}

/** Asks before something that cannot be taken back. */
export default function Confirm({ title, text, yes, onYes, onClose, children }: Props) {
  const t = useT();
  return (
    <Dialog open modalType="alert" onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface style={{ maxWidth: 440 }}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{text}{children}</DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button appearance="primary" onClick={() => (onYes(), onClose())}>{yes}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
