import { Alert, Anchor, Box, List, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Job } from "../../api/queries";
import { rulesWords } from "../../core/describe/datasets";
import { State } from "../../ui/badges";
import { Loaded } from "../../ui/states";
import { absolute } from "../../ui/time";
import { type Held, type SpecTable, useHistory, useSpecTables } from "./held";

function Rules({ table: { name, shared, same } }: { table: SpecTable }) {
  if (!shared) {
    return (
      <Alert
        color="red"
        variant="light"
        title={`${name} is shared no more`}
        styles={{ title: { color: "var(--mantine-color-text)" } }}
      >
        <Text size="sm">Its owner revoked or deleted it: this job cannot run before it is shared again.</Text>
      </Alert>
    );
  }
  return (
    <div>
      <Text size="sm" fw={600}>
        {name}{" "}
        <Text size="xs" c="dimmed" span>
          {shared.manifest.name} of {shared.owner.certificate.email}
        </Text>
      </Text>
      {!same && (
        <Text size="sm" mt={4} fw={500}>
          Its owner changed it after this job was signed: it cannot run. Return it to draft and submit it
          again.
        </Text>
      )}
      <List size="sm" spacing={3} mt={4}>
        {rulesWords(shared.manifest.rules).map((words) => (
          <List.Item key={words}>{words}</List.Item>
        ))}
      </List>
    </div>
  );
}

/** The owners' rules on the tables of a job, as they signed them. */
export function RulesThatApply({ held }: { held: Held }) {
  const tables = useSpecTables(held);
  return (
    <Box className="card" p="lg" component="section" aria-label="Rules that apply">
      <Title order={2} fz="md" mb="sm">
        Rules that apply
      </Title>
      <Loaded of={tables}>
        {(list) => (
          <Stack gap="md">
            {list.map((table) => (
              <Rules key={table.name} table={table} />
            ))}
            <Text size="xs" c="dimmed">
              Signed by the owners; the worker that runs the job holds to them, whatever the text says.
            </Text>
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

/** The newest test on made-up rows, and whether it tried this very version. */
export function Tested({ job, held }: { job: Job; held: Held }) {
  const history = useHistory(job, held);
  return (
    <Box className="card" p="lg" component="section" aria-label="Test">
      <Title order={2} fz="md" mb="sm">
        Test on made-up rows
      </Title>
      <Loaded of={history}>
        {({ tried }) =>
          tried ? (
            <Stack gap={6}>
              <Text size="sm" component="div">
                <State state={tried.run.state} />{" "}
                {tried.same
                  ? "It tried exactly this text on these tables."
                  : "It tried another version than this one."}
              </Text>
              <Anchor
                component={Link}
                to={`/runs/${tried.run.id}`}
                size="sm"
                style={{ alignSelf: "flex-start" }}
              >
                Open the test and its result
              </Anchor>
            </Stack>
          ) : (
            <Text size="sm" c="dimmed">
              Nobody tested it. A test needs a draft: it runs on rows made from the schemas, never on real
              ones.
            </Text>
          )
        }
      </Loaded>
    </Box>
  );
}

/** How often and until when it may still run. */
export function RunsLeft({ job }: { job: Job }) {
  const left = Math.max(0, job.draft.max_runs - job.runs_used);
  const until = job.draft.valid_until;
  return (
    <Text size="xs" c="dimmed" component="div">
      {left === 1 ? "One run is left." : `${left} runs are left.`}
      {until && ` It may run until ${absolute(until)}.`}
    </Text>
  );
}
