// A failure in words, with Retry.

import type { VNode } from "preact";
import type { GraphError } from "../graph/error";
import { problemDetail, problemInWords } from "../words/problem";
import { useSpeech } from "./context";
import { Icon, IconButton } from "./Icon";

interface ProblemProps {
  problem: GraphError;
  onRetry?: () => void;
  onDismiss?: () => void;
  words?: string | undefined; // better ones than the general
}

export function ProblemLine({ problem, onRetry, onDismiss, words: better }: ProblemProps): VNode {
  const { words } = useSpeech();
  return (
    <div class="problem" role="alert">
      <Icon name="alert" size={18} />
      <span class="problem-words" title={problemDetail(problem, words)}>{better ?? problemInWords(problem, words)}</span>
      {onRetry && <button type="button" class="link-button" onClick={onRetry}>{words.retry}</button>}
      {onDismiss && <IconButton icon="close" size={16} label={words.close} onClick={onDismiss} />}
    </div>
  );
}
