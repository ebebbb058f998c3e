import { Button, Field, Input, Spinner } from "@fluentui/react-components";
import { useState, type FormEvent } from "react";
import icon from "../style/icon.svg";
import { codeOf } from "../lib/api";
import { errorText } from "../model/facts";
import { useShell } from "./context";

/** over: the session ended without the agent's doing. */
export function SignIn({ over }: { over: boolean }) {
  const { desk, t } = useShell();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(over ? t("link.over") : "");
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    setBusy(true);
    setError("");
    desk.signIn(String(form.get("login")), String(form.get("password"))).catch((x: unknown) => {
      setBusy(false);
      setError(errorText(codeOf(x), t));
    });
  };
  return (
    <main className="signin">
      <form onSubmit={submit}>
        <img src={icon} alt="" />
        <div>
          <h1>{t("signin.title")}</h1>
          <p>{t("signin.intro")}</p>
        </div>
        <Field label={t("signin.user")}><Input name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} size="large" autoFocus required /></Field>
        <Field label={t("signin.password")} {...(error ? { validationMessage: error, validationState: "error" as const } : {})}>
          <Input name="password" type="password" autoComplete="current-password" size="large" required />
        </Field>
        <Button appearance="primary" type="submit" size="large" disabledFocusable={busy} icon={busy ? <Spinner size="tiny" aria-hidden="true" /> : null}>{t("signin.button")}</Button>
      </form>
    </main>
  );
}

/** The server did not answer when the page came up. */
export function Unreached() {
  const { desk, t } = useShell();
  const [busy, setBusy] = useState(false);
  const again = () => {
    setBusy(true);
    void desk.start().finally(() => setBusy(false));
  };
  return (
    <main className="blank" role="alert">
      <b>{t("error.unreachable")}</b>
      <Button appearance="primary" onClick={again} disabledFocusable={busy}>{t("retry")}</Button>
    </main>
  );
}
