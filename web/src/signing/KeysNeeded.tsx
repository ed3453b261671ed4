import { Alert, Button, Group, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useStanding } from "./hooks";

/** Says what is missing before somebody fills in a form that could not be signed. */
export function KeysNeeded() {
  const standing = useStanding();
  const kind = standing.data?.kind;
  if (!kind || kind === "ready") return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconKey size={18} />}
      mb="md"
      title={kind === "new" ? "You have no keys yet" : "Your keys are not in this browser"}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Group justify="space-between">
        <Text size="sm">
          {kind === "new"
            ? "Nothing can be signed, and nobody can invite you, before you have made them."
            : "Restore them before you sign or decrypt anything here."}
        </Text>
        <Button component={Link} to="/profile/keys" size="xs">
          {kind === "new" ? "Make my keys" : "Restore my keys"}
        </Button>
      </Group>
    </Alert>
  );
}
