import { CheckmarkCircle16Filled } from "@fluentui/react-icons/svg/checkmark-circle";
import { ErrorCircle16Filled } from "@fluentui/react-icons/svg/error-circle";
import { QuestionCircle16Filled } from "@fluentui/react-icons/svg/question-circle";
import type { Finding } from "../../lib/accounts";
import { findingText } from "../../model/accounts";
import { useT } from "../context";

const signs = { ok: CheckmarkCircle16Filled, bad: ErrorCircle16Filled, unknown: QuestionCircle16Filled };

/** What the connection test found, one line each, the remedy in the same sentence. */
export function Findings({ list }: { list: readonly Finding[] }) {
  const t = useT();
  return (
    <ul className="findings" aria-label={t("acc.tested")}>
      {list.map((f) => {
        const Sign = signs[f.state];
        return (
          <li key={f.code + (f.detail ?? "")} className={f.state}>
            <Sign aria-hidden="true" />
            <span>{findingText(f, t)}{f.url && <> <a href={f.url} target="_blank" rel="noreferrer">{t("acc.consentLink")}</a></>}</span>
          </li>
        );
      })}
    </ul>
  );
}
