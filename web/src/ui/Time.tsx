import { Tooltip } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { absolute, relative } from "./time";

/** How times are shown everywhere: the preference of this browser. */
export function useTimeStyle() {
  return useLocalStorage<"relative" | "absolute">({ key: "cloister.times", defaultValue: "relative" });
}

/** The time, told anew every half minute. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

export function Time({ at }: { at: string }) {
  const [style] = useTimeStyle();
  const now = useNow();
  const whole = absolute(at);
  const near = relative(at, Math.max(now, Date.now()));
  return (
    <Tooltip label={style === "relative" ? whole : near}>
      <time dateTime={at}>{style === "relative" ? near : whole}</time>
    </Tooltip>
  );
}
