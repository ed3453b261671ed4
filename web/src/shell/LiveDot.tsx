import { ActionIcon, Tooltip } from "@mantine/core";
import { useLiveness } from "../live/LiveUpdates";
import classes from "./Shell.module.css";

const TOLD = {
  live: ["var(--mantine-color-green-6)", "Live: changes appear by themselves"],
  connecting: ["var(--mantine-color-yellow-6)", "Connecting to live updates"],
  polling: ["var(--mantine-color-orange-6)", "No live updates: this page asks again every 20 seconds"],
} as const;

/** Whether what is on the page is kept true by itself. */
export function LiveDot() {
  const liveness = useLiveness();
  const [color, text] = TOLD[liveness];
  return (
    <Tooltip label={text}>
      <ActionIcon
        variant="transparent"
        component="span"
        tabIndex={0}
        role="status"
        aria-label={text}
        data-live={liveness}
      >
        <span className={classes.dot} style={{ background: color }} />
      </ActionIcon>
    </Tooltip>
  );
}
