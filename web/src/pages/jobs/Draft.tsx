import { Alert, Box, Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { type Job, meQuery } from "../../api/queries";
import { submitJob, testJob } from "../../core/acts/jobs";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { Conflict } from "./Conflict";
import { DeleteDraft } from "./DeleteDraft";
import { draftOf, type JobDraft, problemsOf, sameText } from "./form";
import { JobForm, useTables } from "./JobForm";
import { keptKey } from "./kept";
import { putDraft, type TaggedJob, taggedJobQuery } from "./tagged";
import { type DraftEditing, useDraft } from "./useDraft";

const STALE = [["jobs"], ["runs"]];

/** A refusal is seen by who pressed the button, however far the page is scrolled. */
function intoView(refusal: HTMLElement | null): void {
  refusal?.scrollIntoView({ block: "nearest" });
}

/** Told once a save was tried, and from then on while the form is mended. */
export function useProblems(editing: DraftEditing, workspace: string) {
  const [tried, setTried] = useState(false);
  const tables = useTables(workspace).data?.map((table) => table.name) ?? [];
  const place = useRef<HTMLDivElement>(null);
  const wrong = tried ? problemsOf(editing.form, tables, Date.now()) : {};
  /** The draft, or nothing when something is wrong: then that is told, and the first field of it has the focus. */
  const checked = (): JobDraft | undefined => {
    setTried(true);
    if (Object.keys(problemsOf(editing.form, tables, Date.now())).length === 0) return draftOf(editing.form);
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    return undefined;
  };
  return { wrong, checked, place };
}

function useSave({ job, tag }: TaggedJob, editing: DraftEditing) {
  const client = useQueryClient();
  const { queryKey } = taggedJobQuery(job.id);
  return useMutation({
    mutationFn: async (draft: JobDraft) => {
      try {
        return await putDraft(job.id, tag, draft);
      } catch (thrown) {
        if (!(thrown instanceof ApiError && thrown.status === 412)) throw thrown;
        // The tag is of all that is shown of a job: a new share changes it too. Only another draft is a conflict.
        const now = await client.fetchQuery({ ...taggedJobQuery(job.id), staleTime: 0 });
        if (now.job.state !== "draft" || sameText(now.job.draft) !== editing.base) throw thrown;
        return putDraft(job.id, now.tag, draft);
      }
    },
    onSuccess: async (stored, sent) => {
      await client.cancelQueries({ queryKey });
      client.setQueryData(queryKey, stored);
      editing.saved(sent, stored.job.draft);
      notifications.show({ message: "The draft is saved." });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

/** What was typed before the page was opened. */
export function Restored({ editing }: { editing: DraftEditing }) {
  if (!editing.restored) return null;
  return (
    <Alert color="blue" variant="light" styles={{ message: { color: "var(--mantine-color-text)" } }}>
      <Group justify="space-between">
        <Text size="sm">
          What you typed <Time at={editing.restored} /> and did not save is here again.
        </Text>
        <Button size="compact-xs" variant="default" onClick={editing.takeTheirs}>
          Discard it
        </Button>
      </Group>
    </Alert>
  );
}

function Acts({ job, changed }: { job: Job; changed: boolean }) {
  const navigate = useNavigate();
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
    <>
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
    </>
  );
}

/** A job that binds nobody yet. */
export function Draft({ tagged }: { tagged: TaggedJob }) {
  const { job } = tagged;
  const { data: me } = useSuspenseQuery(meQuery);
  const editing = useDraft(keptKey(me.user.id, job.id), job.draft);
  const { wrong, checked, place } = useProblems(editing, job.workspace);
  const save = useSave(tagged, editing);
  const stale = save.error instanceof ApiError && save.error.status === 412;
  const put = () => {
    const draft = checked();
    if (draft) save.mutate(draft);
  };
  return (
    <Box className="card" p="lg" component="section" aria-label="Draft" ref={place}>
      <Stack gap="lg">
        {editing.conflict ? (
          <Conflict
            mine={draftOf(editing.form)}
            theirs={job.draft}
            onKeepMine={editing.keepMine}
            onTakeTheirs={editing.takeTheirs}
          />
        ) : (
          <Restored editing={editing} />
        )}
        <JobForm workspace={job.workspace} form={editing.form} set={editing.set} wrong={wrong} />
        {save.error && !(stale && editing.conflict) && <ProblemAlert error={save.error} title="Not saved" />}
        <Group justify="space-between">
          <DeleteDraft tagged={tagged} onDeleted={editing.forget} />
          <Button loading={save.isPending} disabled={editing.conflict} onClick={put}>
            Save draft
          </Button>
        </Group>
      </Stack>
      <Acts job={job} changed={editing.changed} />
    </Box>
  );
}
