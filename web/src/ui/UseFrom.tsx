import { Button } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

export interface Way {
  what: string;
  cli: string;
  api?: string;
}

/** Loaded when it is asked for: no page needs it to be read. */
const UseFromDrawer = lazy(() => import("./UseFromDrawer").then((part) => ({ default: part.UseFromDrawer })));

/** The same by command line and API. */
export function UseFrom({ ways }: { ways: Way[] }) {
  const [state, setState] = useState<"never" | "open" | "closed">("never");
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconTerminal2 size={15} />}
        onClick={() => setState("open")}
        aria-haspopup="dialog"
      >
        Use from CLI / API
      </Button>
      {state !== "never" && (
        <Suspense fallback={null}>
          <UseFromDrawer ways={ways} opened={state === "open"} onClose={() => setState("closed")} />
        </Suspense>
      )}
    </>
  );
}
