import "../../styles-forms";
import { Tabs } from "@mantine/core";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { Page } from "../../ui/Page";
import { UseFrom } from "../../ui/UseFrom";

const TABS = [
  ["/trust", "Attestation"],
  ["/trust/log", "Audit log"],
] as const;

/** What one can check instead of believing it. */
export function TrustLayout() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  return (
    <Page
      title="Trust"
      lead="What proves itself here, and the log of everything that was done. Check it yourself, offline too."
      actions={
        <UseFrom
          ways={[
            {
              what: "Check the whole log, offline",
              cli: "cloister audit export log\ncloister audit verify log",
            },
            {
              what: "Check one run, offline",
              cli: "cloister run bundle RUN --out run.bundle\ncloister verify run.bundle",
            },
            { what: "Workers", cli: "cloister whoami", api: "{origin}/api/v1/workers" },
          ]}
        />
      }
    >
      <Tabs value={path} onChange={(to) => to && void navigate({ to })}>
        <Tabs.List aria-label="Trust">
          {TABS.map(([to, label]) => (
            <Tabs.Tab key={to} value={to}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={path} pt="lg">
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
