import { Anchor, Badge, Box, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconClipboardCheck, IconMail, IconPlayerPlay, IconSparkles } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { jobsQuery, meQuery, recentRunsQuery, workspacesQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { State } from "../../ui/badges";
import { Page } from "../../ui/Page";
import { Empty, Loaded, ProblemAlert, Rows } from "../../ui/states";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";
import classes from "./Home.module.css";
import { waitingFor } from "./waiting";

/** Only admins see them, and only until they are done. */
const FirstSteps = lazy(() => import("./FirstSteps").then((part) => ({ default: part.FirstSteps })));

function Card({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Box className="card" component="section" aria-label={title}>
      <Title order={2} fz="sm" px="md" py="sm" className={classes.head}>
        {title}
      </Title>
      {children}
    </Box>
  );
}

function WaitingForYou({ email }: { email: string }) {
  const workspaces = useQuery(workspacesQuery);
  const jobs = useQuery(jobsQuery);
  const error = workspaces.error ?? jobs.error;
  if (error) {
    const retry = () => {
      void workspaces.refetch();
      void jobs.refetch();
    };
    return (
      <Box p="md">
        <ProblemAlert error={error} retry={retry} />
      </Box>
    );
  }
  if (!workspaces.data || !jobs.data) return <Rows count={3} />;
  const waiting = waitingFor(email, workspaces.data, jobs.data);
  if (waiting.length === 0) {
    return (
      <Empty icon={IconSparkles} title="Nothing waits for you">
        Invitations to workspaces and jobs to review appear here.
      </Empty>
    );
  }
  return (
    <ul className={classes.list}>
      {waiting.map((item) => (
        <li key={item.key}>
          <Link to={item.href} className={classes.item}>
            {item.kind === "review" ? (
              <IconClipboardCheck size={18} aria-hidden />
            ) : (
              <IconMail size={18} aria-hidden />
            )}
            <div style={{ flex: 1 }}>
              <Text size="sm" fw={550}>
                {item.title}
              </Text>
              <Text size="xs" c="dimmed">
                {item.text}
              </Text>
            </div>
            <Text size="xs" c="dimmed">
              <Time at={item.at} />
            </Text>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function RecentRuns() {
  const runs = useQuery(recentRunsQuery);
  const workspaces = useQuery(workspacesQuery);
  const jobs = useQuery(jobsQuery);
  const workspaceNames = new Map((workspaces.data ?? []).map((w) => [w.id, w.name]));
  const jobNames = new Map((jobs.data ?? []).map((job) => [job.id, job.draft.name]));
  return (
    <Loaded of={runs} waiting={<Rows count={3} />}>
      {(page) =>
        page.items.length === 0 ? (
          <Empty icon={IconPlayerPlay} title="No runs yet">
            A job that its workspace's members approved can be run; its runs appear here.
          </Empty>
        ) : (
          <ul className={classes.list}>
            {page.items.map((run) => (
              <li key={run.id}>
                <Link to="/runs/$id" params={{ id: run.id }} className={classes.item}>
                  <div style={{ flex: 1, minWidth: 0 }}>
                    <Text size="sm" fw={550} truncate>
                      {jobNames.get(run.job) ?? "Job"}
                      {run.kind === "test" && (
                        <Badge size="xs" variant="default" ml={6} tt="none">
                          test
                        </Badge>
                      )}
                    </Text>
                    <Text size="xs" c="dimmed" truncate>
                      {workspaceNames.get(run.workspace) ?? "Workspace"}, by {run.runner}
                    </Text>
                  </div>
                  <State state={run.state} />
                  <Text size="xs" c="dimmed" w={100} ta="right">
                    <Time at={run.created} />
                  </Text>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

export function Home() {
  const { data: me } = useSuspenseQuery(meQuery);
  const rights = rightsOf(me);
  return (
    <Page
      title="Home"
      lead={`${me.user.organisation_name}, as ${me.user.email}`}
      actions={
        rights.member && (
          <UseFrom
            ways={[
              { what: "Who you are here", cli: "cloister whoami", api: "{origin}/api/v1/me" },
              { what: "Invitations", cli: "cloister workspace list", api: "{origin}/api/v1/workspaces" },
              { what: "Jobs to review", cli: "cloister job list", api: "{origin}/api/v1/jobs" },
              { what: "Recent runs", cli: "cloister run list", api: '"{origin}/api/v1/runs?limit=8"' },
            ]}
          />
        )
      }
    >
      <Stack gap="lg">
        {rights.orgAdmin && (
          <Suspense fallback={<Rows count={3} />}>
            <FirstSteps me={me} />
          </Suspense>
        )}
        {rights.member ? (
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
            <Card title="Waiting for you">
              <WaitingForYou email={me.user.email} />
            </Card>
            <Card title="Recent runs">
              <RecentRuns />
            </Card>
          </SimpleGrid>
        ) : (
          <Card title="For auditors">
            <Group p="md" gap="xs">
              <Text size="sm">
                You see attestation and the audit log of {me.user.organisation_name}, and nothing else. Begin
                at{" "}
                <Anchor
                  component={Link}
                  to="/trust"
                  size="sm"
                  inherit
                  style={{ textDecoration: "underline" }}
                >
                  Trust
                </Anchor>
                .
              </Text>
            </Group>
          </Card>
        )}
      </Stack>
    </Page>
  );
}
