// Buttons for formatting; pressed where the caret stands in such text.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Format, applyFormat, formatsAt } from "../rich/format";
import { useSpeech } from "./context";
import { IconButton } from "./Icon";

const formats: Format[] = ["bold", "italic", "underline", "strike", "code", "list"];
const keys: Partial<Record<Format, string>> = { bold: "B", italic: "I", underline: "U" };

export function FormatBar({ field }: { field: () => HTMLElement | undefined }): VNode {
  const { words } = useSpeech();
  const [on, setOn] = useState<Set<Format>>(new Set());
  useEffect(() => {
    const look = (): void => {
      const element = field();
      if (element) setOn(formatsAt(element));
    };
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, []);
  return (
    <div class="format-bar" role="group" aria-label={words.formatting} onPointerDown={(e) => e.preventDefault()}>
      {formats.map((format) => (
        <IconButton
          key={format}
          icon={format}
          size={18}
          label={keys[format] ? `${words[format]} (Ctrl+${keys[format]})` : words[format]}
          pressed={on.has(format)}
          onClick={() => {
            const element = field();
            if (!element) return;
            applyFormat(element, format);
            setOn(formatsAt(element));
          }}
        />
      ))}
    </div>
  );
}
