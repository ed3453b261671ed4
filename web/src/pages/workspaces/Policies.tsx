import "../../styles-forms";
import { ActionIcon, Button, Group, MultiSelect, NumberInput, Radio, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Draft, GroupDraft } from "./draft";

function Groups(props: { groups: GroupDraft[]; people: string[]; onChange: (groups: GroupDraft[]) => void }) {
  const { groups, people, onChange } = props;
  const set = (at: number, part: Partial<GroupDraft>) =>
    onChange(groups.map((group, index) => (index === at ? { ...group, ...part } : group)));
  return (
    <Stack gap="sm" pl="lg">
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are edited in place and have no other name
        <Group key={index} align="flex-end" gap="xs">
          <TextInput
            label="Group"
            value={group.name}
            onChange={(event) => set(index, { name: event.currentTarget.value })}
            w={140}
          />
          <NumberInput
            label="Must approve"
            min={1}
            max={Math.max(1, group.members.length)}
            value={group.threshold}
            onChange={(value) => set(index, { threshold: Number(value) || 1 })}
            w={110}
          />
          <MultiSelect
            label="Members of the group"
            data={people}
            value={group.members}
            onChange={(members) => set(index, { members })}
            style={{ flex: 1, minWidth: 200 }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove group ${group.name || index + 1}`}
            onClick={() => onChange(groups.filter((_, other) => other !== index))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...groups, { name: "", threshold: 1, members: [] }])}
        >
          Add group
        </Button>
      </Group>
    </Stack>
  );
}

function Floor(props: { floor: Draft["floor"]; onChange: (floor: Draft["floor"]) => void }) {
  return (
    <Radio.Group
      label="Assurance floor"
      description="The least that a worker must prove"
      value={props.floor}
      onChange={(floor) => props.onChange(floor as Draft["floor"])}
    >
      <Stack gap="xs" mt="xs">
        <Radio value="hardware" label="Hardware" description="Genuine trusted machines only" />
        <Radio value="simulated" label="Simulated" description="For trying things out: protects nothing" />
      </Stack>
    </Radio.Group>
  );
}

/** Who approves, who runs, on what machines. */
export function Policies(props: {
  draft: Draft;
  people: string[];
  onChange: (part: Partial<Draft>) => void;
  /** Later versions keep the floor of the first. */
  fixedFloor?: boolean;
}) {
  const { draft, people, onChange } = props;
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Radio.Group
          label="Approval policy"
          description="Whose signatures a job needs before it may run; its author's is one"
          value={draft.approval}
          onChange={(approval) => onChange({ approval: approval as Draft["approval"] })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="all_members" label="All members" />
            <Radio
              value="groups"
              label="Groups with thresholds"
              description="Every group must reach its own"
            />
          </Stack>
        </Radio.Group>
        {draft.approval === "groups" && (
          <Groups groups={draft.groups} people={people} onChange={(groups) => onChange({ groups })} />
        )}
      </Stack>
      <Stack gap="xs">
        <Radio.Group
          label="Run policy"
          description="Who may start an approved job"
          value={draft.run}
          onChange={(run) => onChange({ run: run as Draft["run"] })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="all_members" label="All members" />
            <Radio value="creator_only" label="Only the job's creator" />
            <Radio value="named" label="Named members" />
          </Stack>
        </Radio.Group>
        {draft.run === "named" && (
          <MultiSelect
            label="May run"
            pl="lg"
            data={people}
            value={draft.runners}
            onChange={(runners) => onChange({ runners })}
          />
        )}
      </Stack>
      {!props.fixedFloor && <Floor floor={draft.floor} onChange={(floor) => onChange({ floor })} />}
      <MultiSelect
        label="Recoverers"
        description="Two or more members who together may replace a member's lost keys; none is fine"
        data={people}
        value={draft.recoverers}
        onChange={(recoverers) => onChange({ recoverers })}
        clearable
        clearButtonProps={{ "aria-label": "Remove all recoverers" }}
      />
    </Stack>
  );
}
