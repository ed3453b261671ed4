import "../../styles-forms";
import { Alert, Anchor, Group, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type Job, meQuery, workspaceQuery } from "../../api/queries";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { State } from "../../ui/badges";
import { CopyButton } from "../../ui/Copy";
import { Page } from "../../ui/Page";
import { Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";
import { Approvals } from "./Approvals";
import { Decide } from "./Decide";
import { Draft } from "./Draft";
import { RulesThatApply, Tested } from "./Grounds";
import { useHeld } from "./held";
import { JobActs } from "./JobActs";
import classes from "./job.module.css";
import { type Kept, keptKey, readKept } from "./kept";
import { Spec } from "./Spec";
import { taggedJobQuery } from "./tagged";

/** Somebody submitted the draft while it was edited here: what was typed is kept until it is a draft again. */
function Unsaved({ kept }: { kept: Kept }) {
  return (
    <Alert color="blue" variant="light" mb="lg" styles={{ message: { color: "var(--mantine-color-text)" } }}>
      <Group justify="space-between">
        <Text size="sm">
          What you typed <Time at={kept.at} /> was not saved before the job was submitted. It is kept in this
          browser, and is there again when the job returns to draft.
        </Text>
        <CopyButton text={kept.form.source} what="the text you typed" />
      </Group>
    </Alert>
  );
}

/** A job that was submitted: what it is, who decides, what can be done. */
function Submitted({ job }: { job: Job }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const held = useHeld(job);
  const [kept] = useState(() => readKept(keptKey(me.user.id, job.id)));
  return (
    <>
      {kept && <Unsaved kept={kept} />}
      <div className={classes.columns}>
        <div className={classes.column}>
          <Loaded of={held}>
            {(verified) => (
              <>
                <Spec job={job} held={verified} />
                <RulesThatApply held={verified} />
                <Tested job={job} held={verified} />
              </>
            )}
          </Loaded>
        </div>
        <div className={classes.column}>
          <Approvals job={job} held={held.data} />
          {job.state === "under_review" && job.awaiting.includes(me.user.email) && <Decide job={job} />}
          <JobActs job={job} held={held.data} own={me.user.email} />
        </div>
      </div>
    </>
  );
}

/** A job from draft to runs. */
export function JobPage() {
  const { id } = useParams({ from: "/inside/jobs/$id" });
  const tagged = useQuery(taggedJobQuery(id));
  const shown = tagged.data?.job;
  const workspace = useQuery({ ...workspaceQuery(shown?.workspace ?? ""), enabled: shown !== undefined });
  return (
    <Page
      title={shown?.draft.name ?? "Job"}
      lead={shown && `By ${shown.creator}`}
      above={
        <Group gap="xs" mb={6}>
          {shown && (
            <Anchor component={Link} to={`/workspaces/${shown.workspace}/jobs`} size="sm">
              {workspace.data?.name ?? "Workspace"}
            </Anchor>
          )}
          {shown && <State state={shown.state} />}
        </Group>
      }
      actions={
        <UseFrom
          ways={[
            { what: "Show it", cli: `cloister job show ${id}`, api: `{origin}/api/v1/jobs/${id}` },
            { what: "Approve it", cli: `cloister job approve ${id}` },
            { what: "Run it and wait", cli: `cloister job run ${id} --wait` },
          ]}
        />
      }
    >
      <KeysNeeded />
      <Loaded of={tagged}>
        {(now) =>
          now.job.state === "draft" ? <Draft key={now.job.id} tagged={now} /> : <Submitted job={now.job} />
        }
      </Loaded>
    </Page>
  );
}
