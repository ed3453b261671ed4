import "../../styles-forms";
import { Box, Button, Group, Stack, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { Workspace } from "../../api/queries";
import { ProblemAlert } from "../../ui/states";
import { TemplatesField } from "./TemplatesField";

const CHANGED =
  "somebody changed it meanwhile: load the page again to see it, and save yours again if it should stand";

const same = (left: readonly string[], right: readonly string[]) =>
  left.length === right.length && left.every((one) => right.includes(one));

/** Over what was read only: whoever changed it meanwhile is not overwritten. */
async function save(seen: Workspace, description: string, templates: string[]): Promise<void> {
  const path = { id: seen.id };
  const answer = await api.GET("/api/v1/workspaces/{id}", { params: { path } });
  const now = await done(Promise.resolve(answer));
  if (now.description !== seen.description || !same(now.templates, seen.templates)) throw new Error(CHANGED);
  const header = { "If-Match": answer.response.headers.get("etag") ?? "" };
  const body = { description, templates };
  await done(api.PATCH("/api/v1/workspaces/{id}", { params: { path, header }, body }));
}

/** What is nobody's promise: it is saved, not signed. */
export function Describe({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const [text, setText] = useState(workspace.description);
  const [templates, setTemplates] = useState(workspace.templates);
  const saving = useMutation({
    mutationFn: () => save(workspace, text, templates),
    onSuccess: () => notifications.show({ message: "Saved." }),
    onSettled: () => client.invalidateQueries({ queryKey: ["workspaces"] }),
  });
  const length = [...text].length;
  const changed = text !== workspace.description || !same(templates, workspace.templates);
  return (
    <Box className="card" p="lg" component="section" aria-label="Description settings">
      <Stack gap="sm">
        {saving.error && <ProblemAlert error={saving.error} />}
        <Textarea
          label="Description"
          description={`${length} of 150 characters; not part of the charter`}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={length > 150 ? "At most 150 characters" : undefined}
        />
        {workspace.kind === "analytics" && <TemplatesField value={templates} onChange={setTemplates} />}
        <Group>
          <Button
            disabled={!changed || length > 150}
            loading={saving.isPending}
            onClick={() => saving.mutate()}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}
