import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ProblemAlert } from "../../ui/states";
import { deleteDraft, type TaggedJob } from "./tagged";

/** Deletes a draft that is still as it is shown. */
export function DeleteDraft({ tagged, onDeleted }: { tagged: TaggedJob; onDeleted: () => void }) {
  const { job, tag } = tagged;
  const [opened, dialog] = useDisclosure(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => deleteDraft(job.id, tag),
    onSuccess: async () => {
      onDeleted();
      await navigate({ to: "/workspaces/$id/jobs", params: { id: job.workspace } });
      client.removeQueries({ queryKey: ["jobs", job.id] });
      await client.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  return (
    <>
      <Button variant="subtle" color="gray" onClick={dialog.open}>
        Delete draft
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={`Delete ${job.draft.name}?`}>
        <Stack>
          {remove.error && <ProblemAlert error={remove.error} />}
          <Text size="sm">
            The draft goes for everyone in the workspace. Runs that tried it, and what was signed about it,
            stay.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Keep it
            </Button>
            <Button color="red.8" loading={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
