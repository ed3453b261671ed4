import "../../styles-forms";
import { Button, Group, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { workspacesQuery } from "../../api/queries";
import { type HeldDataset, shareDataset } from "../../core/acts/datasets";
import { holdWorkspace } from "../../core/acts/hold";
import { nameProblem, sqlNameOf } from "../../core/statement/names";
import type { Timestamp } from "../../core/time";
import { useAct } from "../../signing/hooks";
import { ProblemAlert, sentence } from "../../ui/states";
import { Words } from "../../ui/Words";

interface Wanted {
  workspace: string;
  sqlName: string;
  follow: boolean;
  allowSimulated: boolean;
  expires: string;
}

/** Shares a dataset to a workspace; what is signed is shown afterwards. */
export function ShareDialog({ held, onClose }: { held: HeldDataset; onClose: () => void }) {
  const { dataset, manifest } = held;
  const workspaces = useQuery(workspacesQuery);
  const [wanted, setWanted] = useState<Wanted>({
    workspace: "",
    sqlName: sqlNameOf(manifest.name) ?? "",
    follow: true,
    allowSimulated: manifest.floor === "simulated",
    expires: "",
  });
  const [tried, setTried] = useState(false);
  const set = (part: Partial<Wanted>) => setWanted((old) => ({ ...old, ...part }));
  const share = useAct(
    async (core, ask: Wanted) =>
      shareDataset(core, dataset.id, await holdWorkspace(core, ask.workspace), {
        follow: ask.follow,
        allowSimulated: ask.allowSimulated,
        sqlName: ask.sqlName,
        ...(ask.expires === "" ? {} : { expires: `${ask.expires}T23:59:59Z` as Timestamp }),
      }),
    [["datasets"], ["workspaces"]],
    onClose,
  );
  const shared = new Set(dataset.shares.filter((one) => one.state === "live").map((one) => one.workspace));
  const choices = (workspaces.data ?? [])
    .filter((one) => one.state === "active" && one.kind === "analytics" && !shared.has(one.id))
    .map((one) => ({ value: one.id, label: one.name }));
  const wrongName = nameProblem.sql(wanted.sqlName);
  const submit = () => {
    setTried(true);
    if (wanted.workspace && !wrongName) share.mutate(wanted);
  };
  return (
    <Modal opened onClose={onClose} title={`Share ${manifest.name}`} size="lg" closeOnClickOutside={false}>
      <Stack>
        {share.error && <ProblemAlert error={share.error} />}
        <Select
          label="Workspace"
          description="Members see its name, schema and rules, never rows"
          placeholder={choices.length === 0 ? "No active workspace to share it to" : "Choose one"}
          data={choices}
          value={wanted.workspace || null}
          onChange={(workspace) => set({ workspace: workspace ?? "" })}
          error={tried && !wanted.workspace ? "Choose a workspace" : undefined}
          searchable
          data-autofocus
        />
        <TextInput
          label="Name in SQL"
          description="How queries call it there; another dataset of the workspace must not have it"
          value={wanted.sqlName}
          onChange={(event) => set({ sqlName: event.currentTarget.value })}
          error={tried && wrongName ? <Words text={sentence(wrongName)} /> : undefined}
        />
        <Switch
          label="Keep the share when the charter changes"
          description="Off: a new member or policy needs a new share of yours"
          checked={wanted.follow}
          onChange={(event) => set({ follow: event.currentTarget.checked })}
        />
        <Switch
          label="Simulated workers may get its key"
          description={
            manifest.floor === "hardware"
              ? "It was added for hardware only, which no share can loosen"
              : "They prove nothing about hardware: for trying things out"
          }
          disabled={manifest.floor === "hardware"}
          checked={wanted.allowSimulated}
          onChange={(event) => set({ allowSimulated: event.currentTarget.checked })}
        />
        <TextInput
          type="date"
          label="Last day"
          description="Empty: until you revoke it"
          value={wanted.expires}
          onChange={(event) => set({ expires: event.currentTarget.value })}
          maw={220}
        />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            Next you see the statement that you sign.
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button onClick={submit} loading={share.isPending}>
              Share and sign
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
