import { Anchor, Box, Button, Group, Modal, Stack, Table, Text, Textarea, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, done } from "../../api/client";
import { type Job, jobQuery, meQuery, workspaceQuery } from "../../api/queries";
import { holdWorkspace } from "../../core/acts/hold";
import { holdSpec, reviewJob, submitJob, testJob, withdrawJob } from "../../core/acts/jobs";
import { runJob } from "../../core/acts/runs";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useAct, useOwnCore } from "../../signing/hooks";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { State } from "../../ui/badges";
import { Digest } from "../../ui/Copy";
import { Page } from "../../ui/Page";
import { Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";
import { JobForm } from "./JobForm";

const STALE = [["jobs"], ["runs"]];

/** A refusal is seen by who pressed the button, however far the page is scrolled. */
function intoView(refusal: HTMLElement | null): void {
  refusal?.scrollIntoView({ block: "nearest" });
}

function DraftCard({ job }: { job: Job }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [changed, setChanged] = useState(false);
  const save = useMutation({
    mutationFn: (body: Job["draft"]) =>
      done(
        api.PUT("/api/v1/jobs/{id}", { params: { path: { id: job.id }, header: { "If-Match": "*" } }, body }),
      ),
    onSuccess: () => notifications.show({ message: "The draft is saved." }),
    onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const wire = asWire<WireJob>(job);
  const submit = useAct(
    (core, _: undefined) => submitJob(core, wire),
    STALE,
    () => notifications.show({ message: "Submitted: the others are asked for their review." }),
  );
  const test = useAct(
    (core, _: undefined) => testJob(core, wire),
    STALE,
    (run) => void navigate({ to: "/runs/$id", params: { id: run.id } }),
  );
  return (
    <Box className="card" p="lg" component="section" aria-label="Draft">
      <JobForm
        key={JSON.stringify(job.draft)}
        workspace={job.workspace}
        initial={job.draft}
        saving={save.isPending}
        error={save.error}
        label="Save draft"
        onSave={(draft) => save.mutate(draft)}
        onChanged={setChanged}
      />
      <Group mt="lg" pt="md" style={{ borderTop: "1px solid var(--cloister-line)" }}>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate(undefined)}>
          Test on made-up rows
        </Button>
        <Button loading={submit.isPending} onClick={() => submit.mutate(undefined)}>
          Submit for review
        </Button>
        <Text size="xs" {...(changed ? { fw: 600 } : { c: "dimmed" })} role="status">
          {changed
            ? "Save the draft first: what you changed since is neither tested nor submitted."
            : "The saved draft is what is tested and submitted."}
        </Text>
      </Group>
      {(submit.error || test.error) && (
        <Stack mt="md" gap="xs" ref={intoView}>
          {submit.error && <ProblemAlert error={submit.error} title="Not submitted" />}
          {test.error && <ProblemAlert error={test.error} title="Not tested" />}
        </Stack>
      )}
    </Box>
  );
}

function SpecCard({ job }: { job: Job }) {
  const core = useOwnCore();
  const held = useQuery({
    queryKey: ["spec", job.id, job.spec_digest],
    queryFn: async () => {
      const own = await core();
      return holdSpec(own, asWire<WireJob>(job), await holdWorkspace(own, job.workspace));
    },
    retry: false,
  });
  return (
    <Box className="card" p="lg" component="section" aria-label="What will run">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="md">
          Exactly what will run
        </Title>
        {job.spec_digest && <Digest text={job.spec_digest} what="digest of the spec" />}
      </Group>
      <Loaded of={held}>
        {({ spec, author, readers }) => (
          <Stack gap="sm">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
            <pre className="statement" tabIndex={0}>
              {spec.source}
            </pre>
            <Table aria-label="Terms of the job" verticalSpacing={6}>
              <Table.Tbody>
                <Table.Tr>
                  <Table.Th w={150}>Author</Table.Th>
                  <Table.Td>{author.certificate.email}</Table.Td>
                </Table.Tr>
                <Table.Tr>
                  <Table.Th>Readers</Table.Th>
                  <Table.Td>{readers.map((reader) => reader.certificate.email).join(", ")}</Table.Td>
                </Table.Tr>
                <Table.Tr>
                  <Table.Th>Tables</Table.Th>
                  <Table.Td>{Object.keys(spec.tables).join(", ") || "none"}</Table.Td>
                </Table.Tr>
                <Table.Tr>
                  <Table.Th>May run</Table.Th>
                  <Table.Td>
                    {spec.max_runs} {spec.max_runs === 1 ? "time" : "times"}, {job.runs_used} used
                  </Table.Td>
                </Table.Tr>
              </Table.Tbody>
            </Table>
            <Text size="xs" c="dimmed">
              The author's signature over these bytes was verified in this browser.
            </Text>
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

function Reviews({ job }: { job: Job }) {
  return (
    <Box className="card" p="lg" component="section" aria-label="Approvals">
      <Title order={2} fz="md" mb="xs">
        Approvals
      </Title>
      <Text size="sm" mb="sm">
        {job.state === "rejected"
          ? "Rejected."
          : job.awaiting.length === 0
            ? "Everyone the policy names has approved."
            : `Still to approve: ${job.awaiting.join(", ")}.`}
      </Text>
      {job.reviews.length > 0 && (
        <Table aria-label="Reviews">
          <Table.Tbody>
            {job.reviews.map((review) => (
              <Table.Tr key={review.digest}>
                <Table.Td>{review.reviewer}</Table.Td>
                <Table.Td>
                  <State state={review.decision} />
                  {!review.counts && " counts no more"}
                </Table.Td>
                <Table.Td>{review.comment ?? ""}</Table.Td>
                <Table.Td>
                  <Time at={review.at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Box>
  );
}

function Decide({ job }: { job: Job }) {
  const [comment, setComment] = useState("");
  const wire = asWire<WireJob>(job);
  const review = useAct(
    (core, decision: "approve" | "reject") => reviewJob(core, wire, decision, comment.trim() || undefined),
    STALE,
    () => notifications.show({ message: "Your review is signed and stored." }),
  );
  return (
    <Box className="card" p="lg" component="section" aria-label="Your review">
      <Stack gap="sm">
        <Title order={2} fz="md">
          Your review
        </Title>
        {review.error && <ProblemAlert error={review.error} />}
        <Textarea
          label="Comment"
          description="Needed when you reject"
          maxLength={2000}
          autosize
          minRows={2}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Group>
          <Button
            loading={review.isPending && review.variables === "approve"}
            onClick={() => review.mutate("approve")}
          >
            Approve
          </Button>
          <Button
            variant="default"
            disabled={comment.trim() === ""}
            loading={review.isPending && review.variables === "reject"}
            onClick={() => review.mutate("reject")}
          >
            Reject
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

function Acts({ job }: { job: Job }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  const wire = asWire<WireJob>(job);
  const variables = job.draft.variables ?? [];
  const withdraw = useAct((core, _: undefined) => withdrawJob(core, wire), STALE);
  const run = useAct(
    (core, _: undefined) => runJob(core, wire, {}),
    STALE,
    (made) => void navigate({ to: "/runs/$id", params: { id: made.id } }),
  );
  const reader = job.draft.readers.includes(me.user.email);
  return (
    <Box className="card" p="lg" component="section" aria-label="Acts">
      <Stack gap="sm">
        {withdraw.error && <ProblemAlert error={withdraw.error} />}
        <Group>
          {job.state === "accepted" && variables.length === 0 && <Button onClick={dialog.open}>Run</Button>}
          <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
            Return to draft
          </Button>
          <Text size="xs" c="dimmed">
            Returning to draft voids every approval.
          </Text>
        </Group>
        {variables.length > 0 && (
          <Text size="sm">
            This job has input variables: run it with the command line,{" "}
            <code>cloister job run {job.id} --input NAME=VALUE</code>.
          </Text>
        )}
      </Stack>
      <Modal opened={opened} onClose={dialog.close} title={`Run ${job.draft.name}?`}>
        <Stack>
          {run.error && <ProblemAlert error={run.error} />}
          <Text size="sm">
            The result is encrypted to {job.draft.readers.join(", ")}.{" "}
            {reader ? "You can read it." : "You cannot read it yourself."} Everyone in the workspace sees that
            it ran.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button loading={run.isPending} onClick={() => run.mutate(undefined)}>
              Run
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Box>
  );
}

/** A job from draft to runs. */
export function JobPage() {
  const { id } = useParams({ from: "/inside/jobs/$id" });
  const { data: me } = useSuspenseQuery(meQuery);
  const job = useQuery(jobQuery(id));
  const workspace = useQuery({
    ...workspaceQuery(job.data?.workspace ?? ""),
    enabled: job.data !== undefined,
  });
  const shown = job.data;
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
      <Loaded of={job}>
        {(now) => (
          <Stack gap="lg">
            {now.state === "draft" ? (
              <DraftCard job={now} />
            ) : (
              <>
                <SpecCard job={now} />
                <Reviews job={now} />
                {now.state === "under_review" && now.awaiting.includes(me.user.email) && <Decide job={now} />}
                <Acts job={now} />
              </>
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
