import { ActionIcon, Badge, Button, Group, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconSearch, IconSettings, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type User, usersQuery } from "../../api/queries";
import { roleWords } from "../../api/roles";
import { download } from "../../ui/csv";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty, Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { Invite } from "./Invite";
import { ManageMember } from "./ManageMember";
import { isInvited, isPast, membersCsv, nameOf, workspacesOf } from "./members";

function Roles({ user }: { user: User }) {
  return (
    <Group gap={4}>
      {roleWords(user.roles).map((role) => (
        <Badge key={role} variant="default" radius="sm" tt="none" fw={500}>
          {role}
        </Badge>
      ))}
      {isInvited(user) && (
        <Badge
          variant="light"
          radius="sm"
          tt="none"
          styles={{ label: { color: "var(--mantine-color-text)" } }}
        >
          {user.invitation && isPast(user.invitation.expires) ? "Invitation expired" : "Invited"}
        </Badge>
      )}
      {user.disabled && (
        <Badge
          color="red"
          variant="light"
          radius="sm"
          tt="none"
          styles={{ label: { color: "var(--mantine-color-text)" } }}
        >
          Deactivated
        </Badge>
      )}
    </Group>
  );
}

function columnsFor(onManage: (user: User) => void): Column<User>[] {
  return [
    {
      id: "name",
      header: "Name",
      accessorFn: (user) => nameOf(user.email),
      cell: ({ row }) => (
        <Text size="sm" fw={550}>
          {nameOf(row.original.email)}
        </Text>
      ),
      sortFn: "text",
    },
    { id: "email", header: "E-mail", accessorFn: (user) => user.email, sortFn: "text" },
    {
      id: "workspaces",
      header: "Workspaces",
      accessorFn: (user) =>
        workspacesOf(user)
          .map((workspace) => workspace.name)
          .join(", "),
      cell: ({ row, getValue }) => {
        const count = workspacesOf(row.original).length;
        if (count === 0)
          return (
            <Text size="sm" c="dimmed">
              none
            </Text>
          );
        return (
          <Text size="sm" truncate maw={220} title={getValue() as string}>
            {getValue() as string}
          </Text>
        );
      },
      sortFn: "text",
    },
    {
      id: "roles",
      header: "Roles",
      accessorFn: (user) => roleWords(user.roles).join(", "),
      cell: ({ row }) => <Roles user={row.original} />,
      sortFn: "text",
    },
    {
      id: "last",
      header: "Last sign-in",
      accessorFn: (user) => user.last_sign_in ?? "",
      cell: ({ row }) =>
        row.original.last_sign_in ? (
          <Time at={row.original.last_sign_in} />
        ) : (
          <Text size="sm" c="dimmed">
            never
          </Text>
        ),
      sortFn: "basic",
      enableGlobalFilter: false,
    },
    {
      id: "joined",
      header: "Joined",
      accessorFn: (user) => user.joined,
      cell: ({ row }) => <Time at={row.original.joined} />,
      sortFn: "basic",
      enableGlobalFilter: false,
    },
    {
      id: "manage",
      header: "Manage",
      enableSorting: false,
      cell: ({ row }) => (
        <Tooltip label="Manage member">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Manage ${row.original.email}`}
            onClick={() => onManage(row.original)}
          >
            <IconSettings size={17} />
          </ActionIcon>
        </Tooltip>
      ),
    },
  ];
}

export function Members() {
  const users = useQuery(usersQuery);
  const [search, setSearch] = useState("");
  const [managed, setManaged] = useState<string>();
  const [inviting, invite] = useDisclosure(false);
  const columns = useMemo(() => columnsFor((user) => setManaged(user.id)), []);
  const member = users.data?.find((user) => user.id === managed);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <TextInput
          aria-label="Search members"
          placeholder="Search by name, e-mail, role or workspace"
          leftSection={<IconSearch size={15} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          w={{ base: "100%", xs: 340 }}
        />
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconDownload size={15} />}
            disabled={!users.data}
            onClick={() => users.data && download("members.csv", membersCsv(users.data), "text/csv")}
          >
            Export CSV
          </Button>
          <Button leftSection={<IconUserPlus size={15} />} onClick={invite.open}>
            Invite
          </Button>
        </Group>
      </Group>
      <Loaded of={users}>
        {(list) => (
          <>
            <Text size="xs" c="dimmed" role="status">
              {list.length === 1 ? "1 member" : `${list.length} members`}
            </Text>
            <DataTable
              caption="Members"
              columns={columns}
              data={list}
              rowKey={(user) => user.id}
              search={search}
              initialSort={[{ id: "email", desc: false }]}
              nothing={
                <Empty
                  title={`Nobody matches "${search}"`}
                  action={
                    <Button variant="default" size="xs" onClick={() => setSearch("")}>
                      Clear search
                    </Button>
                  }
                >
                  Look for a part of the name, the address, a role or a workspace, or invite someone new.
                </Empty>
              }
            />
          </>
        )}
      </Loaded>
      <Invite opened={inviting} onClose={invite.close} />
      {member && <ManageMember key={member.id} user={member} onClose={() => setManaged(undefined)} />}
    </Stack>
  );
}
