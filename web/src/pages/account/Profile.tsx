import "../../styles-forms";
import { Box, Button, Group, SimpleGrid, Stack, Tabs, Text, Title } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { meQuery } from "../../api/queries";
import { roleWords } from "../../api/roles";
import { Digest } from "../../ui/Copy";
import { Page } from "../../ui/Page";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";

const TABS = [
  ["/profile", "Profile"],
  ["/profile/keys", "Keys"],
  ["/profile/tokens", "API tokens"],
  ["/profile/passkeys", "Passkeys"],
  ["/profile/sessions", "Sessions"],
] as const;

/** The pages about oneself. */
export function ProfileLayout() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  return (
    <Page
      title="Profile"
      actions={
        <UseFrom
          ways={[
            { what: "Who am I", cli: "cloister whoami", api: "{origin}/api/v1/me" },
            { what: "Make an API token", cli: "cloister token create --scope read --expires 30d" },
          ]}
        />
      }
    >
      <Tabs value={path} onChange={(to) => to && void navigate({ to })} mb="lg">
        <Tabs.List aria-label="Profile">
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

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed" component="dt">
        {name}
      </Text>
      <Text size="sm" component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </div>
  );
}

export function Profile() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { user, certificate } = me;
  return (
    <Stack gap="lg">
      <Box className="card" p="lg">
        <SimpleGrid cols={{ base: 1, sm: 2 }} component="dl" m={0}>
          <Fact name="E-mail">{user.email}</Fact>
          <Fact name="Organization">{user.organisation_name}</Fact>
          <Fact name="Roles">{roleWords(user.roles).join(", ")}</Fact>
          <Fact name="Joined">
            <Time at={user.joined} />
          </Fact>
          <Fact name="Last sign-in">
            {user.last_sign_in ? <Time at={user.last_sign_in} /> : "this is the first"}
          </Fact>
        </SimpleGrid>
      </Box>
      <Box className="card" p="lg" component="section" aria-label="Member certificate">
        <Title order={2} fz="sm" mb={6}>
          Member certificate
        </Title>
        {certificate ? (
          <Group gap="xs">
            <Text size="sm">Your keys are certified under</Text>
            <Digest text={certificate.digest} what="certificate digest" />
          </Group>
        ) : (
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              You have no certificate yet, so nothing can be signed and nobody can invite you.
            </Text>
            <Button size="xs" component={Link} to="/profile/keys">
              Make my keys
            </Button>
          </Stack>
        )}
      </Box>
    </Stack>
  );
}
