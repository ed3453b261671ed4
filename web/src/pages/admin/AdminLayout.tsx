import "../../styles-forms";
import { Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { meQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { NotFound } from "../../shell/problems";
import { Page } from "../../ui/Page";
import { UseFrom } from "../../ui/UseFrom";

const TABS = [
  ["/admin", "Members"],
  ["/admin/sign-in", "Sign-in"],
] as const;

/** What organisation admins do. */
export function AdminLayout() {
  const { data: me } = useSuspenseQuery(meQuery);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  if (!rightsOf(me).orgAdmin) return <NotFound />;
  return (
    <Page
      title="Admin"
      lead={`Members of ${me.user.organisation_name}, what they may do, and how they sign in.`}
      actions={
        <UseFrom
          ways={[
            { what: "List members", cli: "cloister member list", api: "{origin}/api/v1/users" },
            {
              what: "Make someone workspace admin",
              cli: "cloister member set ana@hospital.example --workspace-admin on",
            },
            { what: "See how people sign in", cli: "cloister whoami", api: "{origin}/api/v1/sign-in" },
          ]}
        />
      }
    >
      <Tabs value={path} onChange={(to) => to && void navigate({ to })}>
        <Tabs.List aria-label="Admin">
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
