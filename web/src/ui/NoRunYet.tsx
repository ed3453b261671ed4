import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { workersQuery } from "../api/queries";

/** Says before anything is signed that no worker here meets a floor. */
export function NoRunYet({ floor, advice }: { floor: string; advice: string }) {
  const workers = useQuery(workersQuery);
  if (floor !== "hardware" || !workers.data?.every((worker) => worker.assurance !== "hardware")) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title="No run can succeed here yet"
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm">This server has no hardware worker. Ask the operator for one, or {advice}.</Text>
    </Alert>
  );
}
