import { Box, Stack, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { meQuery, type Workspace, workspaceQuery } from "../../api/queries";
import { Archive } from "./Archive";
import { ChangeCharter } from "./ChangeCharter";
import { Describe } from "./Describe";
import { Proposals } from "./Proposals";
import { SupportRecovery } from "./SupportRecovery";
import { Suspend } from "./Suspend";

export function Settings() {
  const { id } = useParams({ from: "/inside/workspaces/$id" });
  const { data: me } = useSuspenseQuery(meQuery);
  const workspace = useQuery(workspaceQuery(id)).data as Workspace;
  const administrator = workspace.members.some(
    (member) => member.email === me.user.email && member.administrator,
  );
  if (workspace.state === "archived" || workspace.state === "rejected") {
    return (
      <Box className="card" p="lg">
        <Text size="sm">
          This workspace is over. Nothing of it can be changed; everything stays readable.
        </Text>
      </Box>
    );
  }
  if (!administrator) {
    const admins = workspace.members.filter((member) => member.administrator).map((member) => member.email);
    return (
      <Stack gap="lg">
        <Box className="card" p="lg">
          <Text size="sm">The administrators named in the charter change settings: {admins.join(", ")}.</Text>
        </Box>
        {workspace.state === "active" && <SupportRecovery workspace={workspace} own={me.user.email} />}
      </Stack>
    );
  }
  return (
    <Stack gap="lg">
      <Describe key={`${workspace.description} ${workspace.templates}`} workspace={workspace} />
      {workspace.state === "active" && <Proposals workspace={workspace} />}
      {workspace.state === "active" && <ChangeCharter workspace={workspace} />}
      {workspace.state === "active" && <Suspend workspace={workspace} own={me.user.email} />}
      {workspace.state === "active" && <SupportRecovery workspace={workspace} own={me.user.email} />}
      {workspace.state === "active" && <Archive workspace={workspace} />}
    </Stack>
  );
}
