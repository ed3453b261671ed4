import { Box, Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";

/** Connections belong to agentic workspaces, whose workflows are not in this version. */
export function Integrations() {
  return (
    <Page
      title="Integrations"
      lead="Models, databases and tools that workflows of agentic workspaces may use."
      actions={
        <UseFrom
          ways={[
            {
              what: "Agentic workspaces, and what they can do already",
              cli: "cloister workspace create assistants --type agentic",
              api: "{origin}/api/v1/workspaces",
            },
          ]}
        />
      }
    >
      <Box className="card">
        <Empty
          icon={IconPlugConnected}
          title="No integrations yet"
          action={
            <Button component={Link} to="/workspaces" variant="default" size="xs">
              Go to workspaces
            </Button>
          }
        >
          An integration is a connection of an agentic workspace, sealed to attested machines. Workflows are
          not in this version, so there is nothing to connect yet. Analytics workspaces need none.
        </Empty>
      </Box>
    </Page>
  );
}
