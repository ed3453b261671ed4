import { Alert, Text } from "@mantine/core";
import { IconClockExclamation } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { clockSkew, onSkew, skewWords } from "../api/clock";

/** Said before anything fails by it. */
export function ClockSkew() {
  const skew = useSyncExternalStore(onSkew, clockSkew);
  if (skew === 0) return null;
  return (
    <Alert
      role="alert"
      color="orange"
      radius={0}
      icon={<IconClockExclamation size={18} />}
      title="The clock of this computer is wrong"
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm" c="var(--mantine-color-text)">
        It is {skewWords(skew)} the server's. What you sign carries the time of this computer, so signing may
        be refused, and times on this page look wrong. Set the clock, then load the page again.
      </Text>
    </Alert>
  );
}
