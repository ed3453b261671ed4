import { ActionIcon, Tooltip } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconHelpCircle } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

const HelpDrawer = lazy(() => import("./HelpDrawer").then((part) => ({ default: part.HelpDrawer })));

/** The button; what it opens is loaded when it is first asked for. */
export function Help() {
  const [opened, drawer] = useDisclosure(false);
  const [asked, setAsked] = useState(false);
  const open = () => {
    setAsked(true);
    drawer.open();
  };
  useHotkeys([["shift+?", open]]);
  return (
    <>
      <Tooltip label="Help">
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Help" onClick={open}>
          <IconHelpCircle size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {asked && (
        <Suspense fallback={null}>
          <HelpDrawer opened={opened} onClose={drawer.close} />
        </Suspense>
      )}
    </>
  );
}
