import { Box } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { meQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { Empty } from "../../ui/states";
import { LogTable } from "./AuditLog";
import { readSearch } from "./filter";

/** The organisation's log, for its admins and auditors. */
export function TrustLog() {
  const { data: me } = useSuspenseQuery(meQuery);
  const search = useSearch({ from: "/inside/trust/log" });
  const navigate = useNavigate();
  if (!rightsOf(me).audit) {
    return (
      <Box className="card">
        <Empty icon={IconLock} title="For organization admins and auditors">
          The log of your whole organization is read by its admins and auditors. The log of a workspace of
          yours is in the workspace, under "Audit Logs".
        </Empty>
      </Box>
    );
  }
  return (
    <LogTable
      search={search}
      onSearch={(next) => void navigate({ to: "/trust/log", search: readSearch({ ...next }), replace: true })}
    />
  );
}
