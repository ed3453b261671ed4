import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { type HeldDataset, setRules } from "../../core/acts/datasets";
import { rulesProblem } from "../../core/verify/rules";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import { RulesEditor, RulesSummary } from "./RulesEditor";
import { formOf, rulesOf } from "./rulesForm";

/** Other rules for a dataset: a superseding manifest, and new grants where it is shared. */
export function RulesDialog({ held, onClose }: { held: HeldDataset; onClose: () => void }) {
  const { manifest, dataset } = held;
  const [form, setForm] = useState(() => formOf(manifest.rules));
  const rules = rulesOf(form, manifest.schema);
  const problem = rulesProblem(rules, manifest.schema);
  const live = dataset.shares.filter((share) => share.state === "live").length;
  const change = useAct((core, _: undefined) => setRules(core, dataset.id, rules), [["datasets"]], onClose);
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Change the rules of ${manifest.name}`}
      size="xl"
      closeOnClickOutside={false}
    >
      <Stack>
        {change.error && <ProblemAlert error={change.error} />}
        <RulesEditor
          form={form}
          columns={manifest.schema}
          onChange={(part) => setForm((old) => ({ ...old, ...part }))}
        />
        <RulesSummary form={form} columns={manifest.schema} />
        <Text size="sm" c="dimmed">
          {live === 0
            ? "It is shared nowhere: you sign one new manifest."
            : `You sign a new manifest and a new grant for ${live === 1 ? "the workspace" : `each of ${live} workspaces`} that keeps it. Jobs approved on the rules of before need new approvals.`}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={problem !== undefined}
            loading={change.isPending}
            onClick={() => change.mutate(undefined)}
          >
            Change and sign
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
