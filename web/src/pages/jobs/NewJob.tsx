import { Anchor, Box } from "@mantine/core";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import { meQuery } from "../../api/queries";
import { Page } from "../../ui/Page";
import { type JobDraft, JobForm } from "./JobForm";

export function NewJob() {
  const { id } = useParams({ from: "/inside/workspaces/$id/jobs/new" });
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: (body: JobDraft) =>
      done(api.POST("/api/v1/workspaces/{id}/jobs", { params: { path: { id } }, body })),
    onSuccess: (job) => navigate({ to: "/jobs/$id", params: { id: job.id } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  return (
    <Page
      title="New job"
      lead="A draft binds nobody. You sign it when you submit it."
      above={
        <Anchor component={Link} to={`/workspaces/${id}/jobs`} size="sm" mb={6} display="inline-block">
          Jobs of the workspace
        </Anchor>
      }
    >
      <Box className="card" p="lg" maw={820}>
        <JobForm
          workspace={id}
          initial={{ name: "", source: "", readers: [me.user.email], max_runs: 1 }}
          saving={create.isPending}
          error={create.error}
          label="Save draft"
          onSave={(draft) => create.mutate(draft)}
        />
      </Box>
    </Page>
  );
}
