import "../../styles-forms";
import { Radio, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery, usersQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import type { Draft } from "./draft";
import { TemplatesField } from "./TemplatesField";

/** Step 1: what it is, and who is in it. */
export function Details(props: {
  draft: Draft;
  own: string;
  problems: Partial<Record<"name" | "description" | "members", string>>;
  onChange: (part: Partial<Draft>) => void;
}) {
  const { draft, problems, onChange } = props;
  const { data: me } = useSuspenseQuery(meQuery);
  const users = useQuery({ ...usersQuery, enabled: rightsOf(me).orgAdmin });
  const colleagues = (users.data ?? [])
    .filter((user) => user.certificate && user.email !== props.own)
    .map((user) => user.email);
  return (
    <Stack>
      <TextInput
        label="Name"
        placeholder="Trial outcomes"
        maxLength={50}
        error={problems.name}
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        description={`${[...draft.description].length} of 150 characters`}
        inputWrapperOrder={["label", "input", "description", "error"]}
        autosize
        minRows={2}
        error={problems.description}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <Radio.Group
        label="Type"
        value={draft.kind}
        onChange={(kind) => onChange({ kind: kind as Draft["kind"] })}
        description="Fixed for the life of the workspace"
      >
        <Stack gap="xs" mt="xs">
          <Radio value="analytics" label="Analytics & ML" description="SQL jobs on shared datasets" />
          <Radio
            value="agentic"
            label="Agentic AI"
            description="Members, policies, invitations, audit and archive work already; workflows are not in this version"
          />
        </Stack>
      </Radio.Group>
      {draft.kind === "analytics" && (
        <TemplatesField value={draft.templates} onChange={(templates) => onChange({ templates })} />
      )}
      <TagsInput
        label="Members"
        description="Your own organization or another: by e-mail. Each needs a certificate, made at the first sign-in with keys."
        placeholder="ben@lab.example, then Enter"
        data={colleagues}
        error={problems.members}
        value={draft.members}
        onChange={(members) => onChange({ members: members.map((member) => member.trim().toLowerCase()) })}
        splitChars={[",", " ", ";"]}
        acceptValueOnBlur
        clearable
        clearButtonProps={{ "aria-label": "Remove all members" }}
      />
      <Text size="xs" c="dimmed">
        You are a member and its administrator.
      </Text>
    </Stack>
  );
}
