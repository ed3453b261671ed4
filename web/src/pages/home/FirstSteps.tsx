import { Box, Button, Group, Progress, Text, Title, VisuallyHidden } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import { datasetsQuery, type Me, recentRunsQuery, usersQuery, workspacesQuery } from "../../api/queries";
import { ProblemAlert, Rows } from "../../ui/states";
import classes from "./Home.module.css";
import { firstSteps } from "./waiting";

const bundleReadQuery = {
  queryKey: ["audit", "bundle-read"],
  queryFn: async () => {
    const query = { action: "run.bundle", limit: 1 };
    return (await done(api.GET("/api/v1/audit", { params: { query } }))).items.length > 0;
  },
};

/** The way of a new admin, as far as it is gone. */
export function FirstSteps({ me }: { me: Me }) {
  const [hidden, setHidden] = useLocalStorage({
    key: `cloister.first-steps-hidden.${me.user.id}`,
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const on = { enabled: !hidden };
  const users = useQuery({ ...usersQuery, ...on });
  const datasets = useQuery({ ...datasetsQuery, ...on });
  const workspaces = useQuery({ ...workspacesQuery, ...on });
  const runs = useQuery({ ...recentRunsQuery, ...on });
  const bundle = useQuery({ ...bundleReadQuery, ...on });
  if (hidden) return null;
  const asked = [users, datasets, workspaces, runs, bundle];
  const failed = asked.find((query) => query.error);
  const steps =
    users.data && datasets.data && workspaces.data && runs.data && bundle.data !== undefined
      ? firstSteps({
          users: users.data,
          ownDatasets: datasets.data.filter((dataset) => dataset.own).length,
          workspaces: workspaces.data,
          runs: runs.data.items,
          bundleRead: bundle.data,
        })
      : undefined;
  const count = steps?.filter((step) => step.done).length ?? 0;
  const next = steps?.find((step) => !step.done)?.key;
  return (
    <Box className="card" component="section" aria-label="First steps">
      <Group justify="space-between" px="md" py="sm">
        <div>
          <Title order={2} fz="sm">
            First steps
          </Title>
          <Text size="xs" c="dimmed">
            {steps ? `${count} of ${steps.length} done` : "Looking how far you are"}
          </Text>
        </div>
        <Group gap="sm">
          <Progress value={(count / 6) * 100} w={140} size="sm" aria-label="First steps done" />
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setHidden(true)}>
            {count === 6 ? "Done, hide" : "Hide"}
          </Button>
        </Group>
      </Group>
      {failed?.error && (
        <Box p="md">
          <ProblemAlert error={failed.error} retry={() => void asked.map((query) => query.refetch())} />
        </Box>
      )}
      {!steps && !failed && <Rows count={6} />}
      {steps && (
        <ol style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {steps.map((step, index) => (
            <li key={step.key}>
              <Link to={step.href} className={classes.step}>
                <span className={classes.check} data-done={step.done} aria-hidden>
                  {step.done ? <IconCheck size={14} stroke={2.5} /> : index + 1}
                </span>
                <div>
                  <Text
                    size="sm"
                    fw={550}
                    td={step.done ? "line-through" : undefined}
                    c={step.done ? "dimmed" : undefined}
                  >
                    {step.title}
                    <VisuallyHidden>{step.done ? " (done)" : ""}</VisuallyHidden>
                  </Text>
                  {step.key === next && (
                    <Text size="xs" c="dimmed">
                      {step.text}
                    </Text>
                  )}
                </div>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Box>
  );
}
