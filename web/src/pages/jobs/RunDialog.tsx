import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Job } from "../../api/queries";
import { runJob } from "../../core/acts/runs";
import { constraintWords } from "../../core/describe/jobs";
import type { Spec } from "../../core/statement/bodies/jobs";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useAct } from "../../signing/hooks";
import { ProblemAlert, sentence } from "../../ui/states";
import type { Held } from "./held";
import { givenOf, inputProblems } from "./inputs";
import { ValueInput } from "./ValueInput";

function Inputs(props: {
  spec: Spec;
  typed: Readonly<Record<string, string>>;
  wrong: Readonly<Record<string, string>>;
  onChange: (typed: Record<string, string>) => void;
}) {
  const { spec, typed, wrong, onChange } = props;
  return (
    <Stack gap="sm" component="section" aria-label="Inputs">
      {spec.variables.map((variable) => (
        <ValueInput
          key={variable.name}
          type={variable.type}
          tables={Object.keys(spec.tables)}
          label={variable.name}
          description={[variable.description, sentence(constraintWords(variable))].filter(Boolean).join(". ")}
          error={wrong[variable.name]}
          nothing={variable.default === undefined ? undefined : `${variable.default} when left empty`}
          value={typed[variable.name] ?? ""}
          onChange={(text) => onChange({ ...typed, [variable.name]: text })}
        />
      ))}
    </Stack>
  );
}

/** Before a run: what it is given, and who will see what comes of it. */
export function RunDialog(props: { job: Job; held: Held; own: string; onClose: () => void }) {
  const { job, held, own, onClose } = props;
  const { spec, readers } = held.spec;
  const navigate = useNavigate();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const wrong = inputProblems(spec, typed);
  const run = useAct(
    (core, inputs: Record<string, string>) => runJob(core, asWire<WireJob>(job), inputs),
    [["jobs"], ["runs"]],
    (made) => void navigate({ to: "/runs/$id", params: { id: made.id } }),
  );
  const start = () => {
    setTried(true);
    if (Object.keys(wrong).length === 0) run.mutate(givenOf(spec.variables, typed));
  };
  const emails = readers.map((reader) => reader.certificate.email);
  return (
    <Modal opened onClose={onClose} title={`Run ${spec.name}?`} size="lg">
      <Stack>
        {run.error && <ProblemAlert error={run.error} />}
        {spec.variables.length > 0 && (
          <Inputs spec={spec} typed={typed} wrong={tried ? wrong : {}} onChange={setTyped} />
        )}
        <Text size="sm">
          The result is encrypted to {emails.join(", ")}.{" "}
          {emails.includes(own) ? "You can read it." : "You cannot read it yourself."} Everyone in the
          workspace sees that it ran{spec.variables.length > 0 ? ", and what it was given" : ""}.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={run.isPending} onClick={start}>
            Run
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
