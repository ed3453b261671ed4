import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { deleteDataset } from "../../core/acts/datasets";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";

/** Ends a dataset for good. */
export function DeleteDialog(props: { id: string; name: string; onClose: () => void }) {
  const { id, name, onClose } = props;
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const remove = useAct(
    (core, _: undefined) => deleteDataset(core, id),
    [["datasets"]],
    () => {
      onClose();
      void navigate({ to: "/data" });
    },
  );
  return (
    <Modal opened onClose={onClose} title={`Delete ${name}`} centered>
      <Stack>
        <Text size="sm">
          It becomes unreleasable everywhere, also for approved jobs, and its encrypted files are removed.
          There is no way back. Results that were computed stay with their readers.
        </Text>
        {remove.error && <ProblemAlert error={remove.error} />}
        <TextInput
          label={`Type ${name}`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red"
            disabled={typed.trim() !== name}
            loading={remove.isPending}
            onClick={() => remove.mutate(undefined)}
          >
            Delete for good
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
