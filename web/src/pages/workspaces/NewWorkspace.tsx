import "../../styles-forms";
import { Anchor, Box, Button, Group, List, Stack, Stepper, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { createWorkspace } from "../../core/acts/create";
import { useAct } from "../../signing/hooks";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { NoRunYet } from "../../ui/NoRunYet";
import { Page } from "../../ui/Page";
import { Empty, ProblemAlert } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { Details } from "./Details";
import { creationOf, type Draft, detailsProblems, EMPTY, everyone, policyProblem, readDraft } from "./draft";
import { Policies } from "./Policies";

const KEY = "cloister.new-workspace";

function Review({ draft, own }: { draft: Draft; own: string }) {
  const approval =
    draft.approval === "all_members"
      ? "All members approve each job"
      : draft.groups
          .map((group) => `${group.name}: ${group.threshold} of ${group.members.join(", ")}`)
          .join("; ");
  const run = {
    all_members: "All members may run",
    creator_only: "Only the job's creator may run",
    named: draft.runners.join(", "),
  };
  return (
    <Stack>
      <NoRunYet floor={draft.floor} advice="go back and choose Simulated to try things out" />
      <List size="sm" spacing={6}>
        <List.Item>
          <b>{draft.name}</b>, {draft.kind === "analytics" ? "Analytics & ML" : "Agentic AI"}.{" "}
          {draft.description}
        </List.Item>
        <List.Item>Members: {everyone(draft, own).join(", ")}</List.Item>
        <List.Item>{approval}</List.Item>
        <List.Item>{run[draft.run]}</List.Item>
        <List.Item>
          Assurance floor: {draft.floor === "hardware" ? "Hardware" : "Simulated: protects nothing"}
        </List.Item>
        <List.Item>
          Recoverers of lost keys: {draft.recoverers.length === 0 ? "none" : draft.recoverers.join(", ")}
        </List.Item>
      </List>
      <Text size="sm" c="dimmed">
        Next you see the charter itself, word for word, and sign it. It is in force when every invited member
        accepted; one refusal ends it.
      </Text>
    </Stack>
  );
}

function Wizard({ own }: { own: string }) {
  const [draft, setDraft, forget] = useLocalStorage<Draft>({
    key: KEY,
    defaultValue: EMPTY,
    getInitialValueInEffect: false,
    deserialize: (text) => readDraft(text ?? null),
  });
  const { step = 0 } = useSearch({ from: "/inside/workspaces/new" });
  const navigate = useNavigate();
  const [tried, setTried] = useState(false);
  const go = (next: number) => {
    setTried(false);
    void navigate({ to: "/workspaces/new", search: next === 0 ? {} : { step: next } });
  };
  const wrong = detailsProblems(draft);
  const policy = policyProblem(draft);
  const detailsFine = Object.keys(wrong).length === 0;
  const shown = !detailsFine ? 0 : policy && step > 1 ? 1 : step;
  const create = useAct(
    (core, wanted: Draft) => createWorkspace(core, creationOf(wanted)),
    [["workspaces"]],
    (made) => {
      forget();
      void navigate({ to: "/workspaces/$id", params: { id: made.id } });
    },
  );
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const next = () => {
    setTried(true);
    if (shown === 0 && detailsFine) go(1);
    if (shown === 1 && !policy) go(2);
  };
  return (
    <Box className="card" p="lg" maw={760}>
      <Stepper active={shown} onStepClick={(index) => index < shown && go(index)} size="sm" mb="lg">
        <Stepper.Step label="Details" description="Name, type, members" allowStepSelect={shown > 0} />
        <Stepper.Step label="Policies" description="Who approves and runs" allowStepSelect={shown > 1} />
        <Stepper.Step label="Review" description="What you sign" allowStepSelect={false} />
      </Stepper>
      {shown === 0 && <Details draft={draft} own={own} problems={tried ? wrong : {}} onChange={set} />}
      {shown === 1 && <Policies draft={draft} people={everyone(draft, own)} onChange={set} />}
      {shown === 2 && <Review draft={draft} own={own} />}
      {shown === 1 && tried && policy && (
        <Text size="sm" c="var(--mantine-color-error)" mt="sm" role="alert">
          {policy}
        </Text>
      )}
      {create.error && (
        <Box mt="md">
          <ProblemAlert error={create.error} />
        </Box>
      )}
      <Group justify="space-between" mt="lg">
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            forget();
            go(0);
          }}
        >
          Discard draft
        </Button>
        <Group gap="xs">
          {shown > 0 && (
            <Button variant="default" onClick={() => go(shown - 1)}>
              Back
            </Button>
          )}
          {shown < 2 ? (
            <Button onClick={next}>Next</Button>
          ) : (
            <Button loading={create.isPending} onClick={() => create.mutate(draft)}>
              Create and sign
            </Button>
          )}
        </Group>
      </Group>
    </Box>
  );
}

export function NewWorkspace() {
  const { data: me } = useSuspenseQuery(meQuery);
  return (
    <Page
      title="New Workspace"
      lead="What you type is kept in this browser until you create the workspace or discard it."
      above={
        <Anchor component={Link} to="/workspaces" size="sm" mb={6} display="inline-block">
          Workspaces
        </Anchor>
      }
      actions={
        <UseFrom
          ways={[
            {
              what: "Create a workspace, and invite",
              cli: "cloister workspace create trial --type analytics --member ben@lab.example",
            },
            {
              what: "Approval by groups, and who may run",
              cli: "cloister workspace create trial --type analytics --member ben@lab.example --approval-group owners=1:ben@lab.example --run creator",
            },
            { what: "Who has answered", cli: "cloister workspace invites trial" },
          ]}
        />
      }
    >
      {rightsOf(me).workspaceAdmin ? (
        <>
          <KeysNeeded />
          <Wizard own={me.user.email} />
        </>
      ) : (
        <Box className="card">
          <Empty title="Only workspace admins create workspaces">
            An organization admin makes you one, under "Admin".
          </Empty>
        </Box>
      )}
    </Page>
  );
}
