import { useEffect, useRef, useState } from "react";

/** Files dropped anywhere on the conversation; answers whether some hover over it. */
export function useDrop(onFiles: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    const place = document.getElementById("conversation");
    if (!place) return undefined;
    const files = (e: DragEvent) => e.dataTransfer?.types.includes("Files");
    const hover = (e: DragEvent) => {
      if (!files(e)) return;
      e.preventDefault();
      setOver(true);
    };
    const leave = (e: DragEvent) => !place.contains(e.relatedTarget as globalThis.Node | null) && setOver(false);
    const drop = (e: DragEvent) => {
      if (!files(e)) return;
      e.preventDefault();
      setOver(false);
      take.current([...e.dataTransfer!.files]);
    };
    place.addEventListener("dragover", hover);
    place.addEventListener("dragleave", leave);
    place.addEventListener("drop", drop);
    return () => {
      place.removeEventListener("dragover", hover);
      place.removeEventListener("dragleave", leave);
      place.removeEventListener("drop", drop);
    };
  }, []);
  return over;
}
