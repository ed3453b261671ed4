import "../../styles-forms";
import { Anchor, Box, Button, Group, List, Radio, SimpleGrid, Stack, Stepper, Text } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useOwnCore } from "../../signing/hooks";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { NoRunYet } from "../../ui/NoRunYet";
import { Page } from "../../ui/Page";
import { ProblemAlert, sentence } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { Words } from "../../ui/Words";
import { useAdding } from "./adding";
import { additionOf, columnsOf, type Draft, EMPTY, nameOf, problemOf, readDraft } from "./draft";
import { FileStep } from "./FileStep";
import { type Look, lookAt } from "./file";
import { HalfUploaded } from "./HalfUploaded";
import { Progress } from "./Progress";
import { RulesEditor, RulesSummary } from "./RulesEditor";
import { useShelf } from "./useShelf";

const KEY = "cloister.new-dataset";

/** Where it may be computed on, said before it is signed. */
export function AssuranceChoice(props: {
  label: string;
  value: "hardware" | "simulated";
  onChange: (value: "hardware" | "simulated") => void;
}) {
  return (
    <Stack gap="sm">
      <Radio.Group
        label={props.label}
        description="The least that a worker must prove before it gets the key"
        value={props.value}
        onChange={(value) => props.onChange(value === "simulated" ? "simulated" : "hardware")}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="hardware" label="Hardware" description="Genuine trusted machines only" />
          <Radio value="simulated" label="Simulated" description="For trying things out: protects nothing" />
        </Stack>
      </Radio.Group>
      <NoRunYet floor={props.value} advice="choose Simulated to try things out" />
    </Stack>
  );
}

function Review({
  draft,
  look,
  onChange,
}: {
  draft: Draft;
  look: Look;
  onChange: (part: Partial<Draft>) => void;
}) {
  return (
    <Stack>
      <AssuranceChoice label="Assurance" value={draft.floor} onChange={(floor) => onChange({ floor })} />
      <RulesSummary form={draft.rules} columns={columnsOf(draft, look)} />
      <Text size="sm">What happens next:</Text>
      <List size="sm" type="ordered">
        <List.Item>
          The file is encrypted here, part by part, and uploaded. A cut costs nothing of it.
        </List.Item>
        <List.Item>You sign for it, with these rules.</List.Item>
        <List.Item>
          An attested worker makes an encrypted dataset of it, and tells how many rows fit.
        </List.Item>
        <List.Item>You sign for what came out. Then you can share it.</List.Item>
      </List>
    </Stack>
  );
}

/** The chosen file and what is in it. */
function useFile(draft: Draft, set: (part: Partial<Draft>) => void) {
  const [file, setFile] = useState<File>();
  const [look, setLook] = useState<Look>();
  const read = useMutation({
    mutationFn: ({ chosen, header }: { chosen: File; header: boolean }) => lookAt(chosen, header),
    onSuccess: setLook,
    onError: () => setLook(undefined),
  });
  const choose = (chosen: File) => {
    setFile(chosen);
    const same = chosen.name === draft.file;
    set({ file: chosen.name, ...(same && draft.name ? {} : { name: nameOf(chosen.name), types: {} }) });
    read.mutate({ chosen, header: draft.header });
  };
  const again = (header: boolean) => {
    set({ header, types: {} });
    if (file) read.mutate({ chosen: file, header });
  };
  return { file, look, choose, again, looking: read.isPending, problem: read.error?.message };
}

function useWizard() {
  const [draft, setDraft, forget] = useSessionStorage<Draft>({
    key: KEY,
    defaultValue: EMPTY,
    getInitialValueInEffect: false,
    deserialize: readDraft,
  });
  const { step = 0 } = useSearch({ from: "/inside/data/new" });
  const navigate = useNavigate();
  const [tried, setTried] = useState(false);
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const file = useFile(draft, set);
  // A step is not reached over one that lacks something, whatever the address says.
  const shown = problemOf(0, draft, file.look)
    ? 0
    : problemOf(1, draft, file.look)
      ? Math.min(step, 1)
      : step;
  const problem = problemOf(shown, draft, file.look);
  const go = (next: number) => {
    setTried(false);
    void navigate({ to: "/data/new", search: next === 0 ? {} : { step: next } });
  };
  const next = () => {
    setTried(true);
    if (problem === undefined) go(shown + 1);
  };
  const change = (part: Partial<Draft>) => (part.header === undefined ? set(part) : file.again(part.header));
  return { draft, set: change, forget, file, shown, problem: tried ? problem : undefined, go, next };
}

function Steps({
  wizard,
  onAdd,
  adding,
}: {
  wizard: ReturnType<typeof useWizard>;
  onAdd: () => void;
  adding: boolean;
}) {
  const { draft, set, file, shown, problem, go } = wizard;
  const columns = file.look ? columnsOf(draft, file.look) : [];
  return (
    <Box className="card" p="lg">
      <Stepper active={shown} onStepClick={(index) => index < shown && go(index)} size="sm" mb="lg" maw={760}>
        <Stepper.Step label="File" description="What it is" allowStepSelect={shown > 0} />
        <Stepper.Step label="Rules" description="What others may do" allowStepSelect={shown > 1} />
        <Stepper.Step label="Review" description="What you sign" allowStepSelect={false} />
      </Stepper>
      {shown === 0 && <FileStep {...file} draft={draft} onFile={file.choose} onChange={set} />}
      {shown === 1 && (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
          <RulesEditor
            form={draft.rules}
            columns={columns}
            onChange={(part) => set({ rules: { ...draft.rules, ...part } })}
          />
          <RulesSummary form={draft.rules} columns={columns} />
        </SimpleGrid>
      )}
      {shown === 2 && file.look && <Review draft={draft} look={file.look} onChange={set} />}
      {problem && (
        <Text size="sm" c="var(--mantine-color-error)" mt="sm" role="alert">
          <Words text={sentence(problem)} />
        </Text>
      )}
      <Group justify="space-between" mt="lg">
        <Button variant="subtle" color="gray" component={Link} to="/data" onClick={() => wizard.forget()}>
          Discard
        </Button>
        <Group gap="xs">
          {shown > 0 && (
            <Button variant="default" onClick={() => go(shown - 1)}>
              Back
            </Button>
          )}
          {shown < 2 ? (
            <Button onClick={wizard.next}>Next</Button>
          ) : (
            <Button onClick={onAdd} loading={adding}>
              Encrypt and upload
            </Button>
          )}
        </Group>
      </Group>
    </Box>
  );
}

function Wizard() {
  const wizard = useWizard();
  const { state, begin, halt } = useAdding();
  const core = useOwnCore();
  const shelf = useShelf();
  const parcel = useMutation({
    mutationFn: async ({ file, look }: { file: File; look: Look }) => {
      const { beginParcel } = await import("../../core/acts/addition");
      const made = await beginParcel(await core(), await shelf(), file, additionOf(wizard.draft, look));
      return { made, file };
    },
    onSuccess: ({ made, file }) => {
      wizard.forget();
      void begin(made, file);
    },
  });
  if (state && parcel.data) {
    const { made, file } = parcel.data;
    return (
      <Progress
        adding={state}
        name={made.addition.name}
        onHalt={halt}
        onAgain={() => void begin(made, file)}
      />
    );
  }
  const { file, look } = wizard.file;
  return (
    <Stack>
      <HalfUploaded />
      {parcel.error && <ProblemAlert error={parcel.error} />}
      <Steps
        wizard={wizard}
        adding={parcel.isPending}
        onAdd={() => file && look && parcel.mutate({ file, look })}
      />
    </Stack>
  );
}

export function AddDataset() {
  return (
    <Page
      title="Add a dataset"
      lead="It is encrypted in this browser before anything leaves it. What you type is kept until you add it or discard it."
      above={
        <Anchor component={Link} to="/data" size="sm" mb={6} display="inline-block">
          Data
        </Anchor>
      }
      actions={
        <UseFrom
          ways={[
            {
              what: "Add it without a worker's help",
              cli: "cloister dataset add patients.csv --name patients",
            },
          ]}
        />
      }
    >
      <KeysNeeded />
      <Wizard />
    </Page>
  );
}
