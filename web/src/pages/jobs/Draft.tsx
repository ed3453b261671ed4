import { Alert, Box, Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { meQuery } from "../../api/queries";
import { holdWorkspace } from "../../core/acts/hold";
import { useOwnCore } from "../../signing/hooks";
import { Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { Conflict } from "./Conflict";
import { DeleteDraft } from "./DeleteDraft";
import { DraftActs } from "./DraftActs";
import { draftOf, type JobDraft, problemsOf, sameText } from "./form";
import { JobForm, useTables } from "./JobForm";
import { keptKey } from "./kept";
import { ReadDraft } from "./ReadDraft";
import { putDraft, type TaggedJob, taggedJobQuery } from "./tagged";
import { type DraftEditing, useDraft } from "./useDraft";

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

/** A job that binds nobody yet, to be changed by who may. */
function Editable({ tagged }: { tagged: TaggedJob }) {
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
      <DraftActs job={job} changed={editing.changed} />
    </Box>
  );
}

/** A draft: whoever made it and administrators change it, every member reads, tests and submits it. */
export function Draft({ tagged }: { tagged: TaggedJob }) {
  const { job } = tagged;
  const { data: me } = useSuspenseQuery(meQuery);
  const core = useOwnCore();
  const own = job.creator === me.user.email;
  const administers = useQuery({
    queryKey: ["workspaces", job.workspace, "administers", me.certificate?.digest],
    queryFn: async () => {
      const { force } = await holdWorkspace(await core(), job.workspace);
      return force?.now.body.administrators.includes(me.certificate?.digest ?? "") ?? false;
    },
    enabled: !own,
    retry: false,
  });
  if (own) return <Editable tagged={tagged} />;
  return (
    <Loaded of={administers}>
      {(may) => (may ? <Editable tagged={tagged} /> : <ReadDraft job={job} />)}
    </Loaded>
  );
}
