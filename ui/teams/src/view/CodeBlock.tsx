// A block of code with its language and a button to copy it.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useSpeech } from "./context";

export function CodeBlock({ lang, text, name }: { lang: string; text: string; name?: string }): VNode {
  const { words } = useSpeech();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      setCopied(false); // frames may not be allowed to; the text can still be selected
    }
  };
  return (
    <figure class="code-block">
      <figcaption>
        <span>{name || lang || words.code}</span>
        <button type="button" class="link-button" onClick={() => void copy()}>{copied ? words.copied : words.copy}</button>
      </figcaption>
      <pre tabIndex={0}><code>{text}</code></pre>
    </figure>
  );
}
