import { Anchor, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { jobQuery, type Run, runQuery } from "../../api/queries";
import { useLiveness } from "../../live/LiveUpdates";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { State } from "../../ui/badges";
import { Page } from "../../ui/Page";
import { Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { elapsed } from "../../ui/time";
import { UseFrom } from "../../ui/UseFrom";
import { Ended } from "./Ended";
import { Progressing } from "./Progressing";
import { Receipt } from "./Receipt";
import { Result } from "./Result";
import { RunLog } from "./RunLog";

const underWay = (run: Run) => run.state === "queued" || run.state === "running";

/** Events tell of progress; without them the run itself is asked, and now and then in any case. */
function useRun(id: string) {
  const every = useLiveness() === "live" ? 5000 : 1500;
  return useQuery({
    ...runQuery(id),
    refetchInterval: (query) => (query.state.data && underWay(query.state.data) ? every : false),
  });
}

function Parts({ run, job }: { run: Run; job: string }) {
  const [opened, setOpened] = useState<string>();
  const has = (name: string) => run.outputs.some((output) => output.name === name);
  return (
    <Stack gap="lg">
      {underWay(run) && <Progressing run={run} />}
      {(run.state === "failed" || run.state === "cancelled") && <Ended run={run} />}
      {has("result") && <Result run={run} job={job} onOpened={setOpened} />}
      {has("log") && <RunLog run={run} job={job} />}
      {run.receipt && <Receipt run={run} job={job} opened={opened} />}
    </Stack>
  );
}

/** A run: live, then its result and its receipt. */
export function RunPage() {
  const { id } = useParams({ from: "/inside/runs/$id" });
  const run = useRun(id);
  const job = useQuery({ ...jobQuery(run.data?.job ?? ""), enabled: run.data !== undefined, retry: false });
  const shown = run.data;
  const name = job.data?.draft.name;
  return (
    <Page
      title={`${shown?.kind === "test" ? "Test of" : "Run of"} ${name ?? "a job"}`}
      above={
        <Group gap="xs" mb={6}>
          {shown && (
            <Anchor component={Link} to={`/jobs/${shown.job}`} size="sm">
              {name ?? "Job"}
            </Anchor>
          )}
          {shown && <State state={shown.state} />}
        </Group>
      }
      lead={
        shown && (
          <>
            By {shown.runner}, <Time at={shown.created} />
            {shown.started && shown.finished && <>, took {elapsed(shown.started, shown.finished)}</>}
          </>
        )
      }
      actions={
        <UseFrom
          ways={[
            { what: "Show it", cli: `cloister run show ${id}`, api: `{origin}/api/v1/runs/${id}` },
            { what: "Decrypt the result", cli: `cloister run results ${id} --out result.csv` },
            {
              what: "Verify it offline",
              cli: `cloister run bundle ${id} --out run.bundle\ncloister verify run.bundle`,
            },
          ]}
        />
      }
    >
      <KeysNeeded />
      <Loaded of={run}>{(now) => <Parts key={now.id} run={now} job={name ?? "run"} />}</Loaded>
    </Page>
  );
}
