import "../../styles-forms";
import { Box, Button, Group, Stack, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { Workspace } from "../../api/queries";
import { ProblemAlert } from "../../ui/states";

/** The description is nobody's promise: it is saved, not signed. */
export function Describe({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const [text, setText] = useState(workspace.description);
  const save = useMutation({
    mutationFn: async () => {
      const params = { path: { id: workspace.id }, header: { "If-Match": "*" } };
      await done(api.PATCH("/api/v1/workspaces/{id}", { params, body: { description: text } }));
    },
    onSuccess: () => notifications.show({ message: "The description is saved." }),
    onSettled: () => client.invalidateQueries({ queryKey: ["workspaces"] }),
  });
  const length = [...text].length;
  return (
    <Box className="card" p="lg" component="section" aria-label="Description settings">
      <Stack gap="sm">
        {save.error && <ProblemAlert error={save.error} />}
        <Textarea
          label="Description"
          description={`${length} of 150 characters; not part of the charter`}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={length > 150 ? "At most 150 characters" : undefined}
        />
        <Group>
          <Button
            disabled={text === workspace.description || length > 150}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}
