import { Badge, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";

const COLORS: Record<string, string> = {
  active: "green",
  accepted: "green",
  succeeded: "green",
  ready: "green",
  live: "green",
  approve: "green",
  done: "green",
  pending: "yellow",
  under_review: "yellow",
  queued: "blue",
  running: "blue",
  rejected: "red",
  declined: "red",
  failed: "red",
  refused: "red",
  reject: "red",
  revoked: "red",
  deleted: "red",
};

/** A state in its word; colour repeats the word and says nothing alone. */
export function State({ state }: { state: string }) {
  const color = COLORS[state] ?? "gray";
  return (
    <Badge
      variant="light"
      color={color}
      radius="sm"
      tt="none"
      fw={500}
      styles={{ label: { color: "var(--mantine-color-text)" } }}
    >
      {state.replaceAll("_", " ")}
    </Badge>
  );
}

/** Hardware or simulated; the second is impossible to take for the first. */
export function Assurance({ assurance }: { assurance: string }) {
  if (assurance === "hardware") {
    return (
      <Badge
        color="green"
        variant="light"
        radius="sm"
        tt="none"
        leftSection={<IconShieldCheck size={13} />}
        styles={{ label: { color: "var(--mantine-color-text)" } }}
      >
        Hardware
      </Badge>
    );
  }
  return (
    <Tooltip label="Software pretends to be a trusted machine. Whoever runs the host can read everything: try things out here, protect nothing.">
      <Badge
        color="yellow.5"
        variant="filled"
        radius="sm"
        tt="none"
        tabIndex={0}
        leftSection={<IconAlertTriangle size={13} />}
        styles={{ root: { color: "#3d2a00", minWidth: "max-content" }, label: { overflow: "visible" } }}
      >
        Simulated: protects nothing
      </Badge>
    </Tooltip>
  );
}
