import { Button, Tab, TabList } from "@fluentui/react-components";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { isAdmin } from "../../model/accounts";
import { useDesk, useShell } from "../context";
import { adminHref, go, type AdminRoute } from "../route";
import { Accounts } from "./accounts";
import { HealthPage } from "./health";

/** What administrators look after. */
export default function Admin(route: AdminRoute) {
  const { t } = useShell();
  const me = useDesk((s) => s.me);
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: true } } }));
  if (!isAdmin(me)) return <main className="page blank" id="conversation" tabIndex={-1}><b>{t("adm.only")}</b></main>;
  return (
    <QueryClientProvider client={client}>
      <main className="page" id="conversation" tabIndex={-1}>
        <div className="admin">
          <header>
            <Button appearance="subtle" icon={<ArrowLeft20Regular />} aria-label={t("back")} onClick={() => go("#/")} />
            <h1>{t("adm.title")}</h1>
            <TabList selectedValue={route.tab} onTabSelect={(_, d) => go(adminHref(d.value as AdminRoute["tab"]))}>
              <Tab value="accounts">{t("adm.accounts")}</Tab>
              <Tab value="health">{t("adm.health")}</Tab>
            </TabList>
          </header>
          {route.tab === "health" ? <HealthPage /> : <Accounts {...(route.consent ? { consent: route.consent } : {})} />}
        </div>
      </main>
    </QueryClientProvider>
  );
}
