import { useState } from "preact/hooks";

/** Files dropped on an element with these handlers, and whether some are being dragged over it. */
export function useDrop() {
  const [over, setOver] = useState(false);
  const [files, setFiles] = useState<File[]>([]);
  const carries = (e: DragEvent) => e.dataTransfer?.types.includes("Files");
  const handlers = {
    onDragOver: (e: DragEvent) => {
      if (!carries(e)) return;
      e.preventDefault();
      setOver(true);
    },
    onDragLeave: (e: DragEvent) => {
      if (!(e.currentTarget as Node).contains(e.relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (e: DragEvent) => {
      if (!carries(e)) return;
      e.preventDefault();
      setOver(false);
      setFiles([...(e.dataTransfer?.files ?? [])]);
    },
  };
  return { over, files, handlers };
}
