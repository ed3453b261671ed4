import { Anchor, Box, Button, Group, Stack } from "@mantine/core";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, done } from "../../api/client";
import { meQuery } from "../../api/queries";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { Restored, useProblems } from "./Draft";
import type { JobDraft } from "./form";
import { JobForm } from "./JobForm";
import { keptKey } from "./kept";
import { useDraft } from "./useDraft";

function Fresh({ workspace, own, person }: { workspace: string; own: string; person: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [empty] = useState<JobDraft>({ name: "", source: "", readers: [own], max_runs: 1 });
  const editing = useDraft(keptKey(person, workspace), empty);
  const { wrong, checked, place } = useProblems(editing, workspace);
  const create = useMutation({
    mutationFn: (body: JobDraft) =>
      done(api.POST("/api/v1/workspaces/{id}/jobs", { params: { path: { id: workspace } }, body })),
    onSuccess: async (job) => {
      editing.forget();
      await navigate({ to: "/jobs/$id", params: { id: job.id } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const post = () => {
    const draft = checked();
    if (draft) create.mutate(draft);
  };
  return (
    <Box className="card" p="lg" ref={place}>
      <Stack gap="lg">
        <Restored editing={editing} />
        <JobForm workspace={workspace} form={editing.form} set={editing.set} wrong={wrong} />
        {create.error && <ProblemAlert error={create.error} title="Not saved" />}
        <Group justify="flex-end">
          <Button loading={create.isPending} onClick={post}>
            Save draft
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

export function NewJob() {
  const { id } = useParams({ from: "/inside/workspaces/$id/jobs/new" });
  const { data: me } = useSuspenseQuery(meQuery);
  return (
    <Page
      title="New job"
      lead="A draft binds nobody. You sign it when you submit it."
      above={
        <Anchor component={Link} to={`/workspaces/${id}/jobs`} size="sm" mb={6} display="inline-block">
          Jobs of the workspace
        </Anchor>
      }
      actions={
        <UseFrom
          ways={[
            {
              what: "Write a draft, from a file with the query",
              cli: `cloister job create --workspace ${id} --name count --sql count.sql --reader ben@lab.example`,
            },
            {
              what: "Jobs of the workspace",
              cli: `cloister job list --workspace ${id}`,
              api: `{origin}/api/v1/workspaces/${id}/jobs`,
            },
          ]}
        />
      }
    >
      <Fresh workspace={id} own={me.user.email} person={me.user.id} />
    </Page>
  );
}
