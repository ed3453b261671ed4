import { Box, Button } from "@mantine/core";
import { IconCompass } from "@tabler/icons-react";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { Page } from "../ui/Page";
import { Empty, ProblemAlert } from "../ui/states";

export function NotFound() {
  return (
    <Page title="Not found">
      <Box className="card">
        <Empty
          icon={IconCompass}
          title="There is no such page"
          action={
            <Button component={Link} to="/" size="xs">
              Go home
            </Button>
          }
        >
          The address is wrong, or the thing is unknown to you: nobody is told of what they have no part in.
        </Empty>
      </Box>
    </Page>
  );
}

/** A page that could not be shown: no answer, a refusal, or a fault of this page. */
export function Failed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  // After an update of the server the parts of the page that were not loaded yet have other names.
  const gone = /dynamically imported module|Importing a module script failed/.test(String(error));
  return (
    <Page title={gone ? "A new version is here" : "That did not work"}>
      {gone ? (
        <Box className="card">
          <Empty
            title="This server was updated"
            action={
              <Button size="xs" onClick={() => location.reload()}>
                Load again
              </Button>
            }
          >
            The page you have open is of the version before.
          </Empty>
        </Box>
      ) : (
        <ProblemAlert error={error} retry={again} />
      )}
    </Page>
  );
}
