import { Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import type { Job } from "../../api/queries";
import { submitJob, testJob } from "../../core/acts/jobs";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";

const STALE = [["jobs"], ["runs"]];

/** A refusal is seen by who pressed the button, however far the page is scrolled. */
function intoView(refusal: HTMLElement | null): void {
  refusal?.scrollIntoView({ block: "nearest" });
}

/** Test it, submit it: always the draft as it is saved. */
export function DraftActs({ job, changed }: { job: Job; changed: boolean }) {
  const navigate = useNavigate();
  const wire = asWire<WireJob>(job);
  const submit = useAct(
    (core, _: undefined) => submitJob(core, wire),
    STALE,
    () => notifications.show({ message: "Submitted: the others are asked for their review." }),
  );
  const test = useAct(
    (core, _: undefined) => testJob(core, wire),
    STALE,
    (run) => void navigate({ to: "/runs/$id", params: { id: run.id } }),
  );
  return (
    <>
      <Group mt="lg" pt="md" style={{ borderTop: "1px solid var(--cloister-line)" }}>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate(undefined)}>
          Test on made-up rows
        </Button>
        <Button loading={submit.isPending} onClick={() => submit.mutate(undefined)}>
          Submit for review
        </Button>
        <Text size="xs" {...(changed ? { fw: 600 } : { c: "dimmed" })} role="status">
          {changed
            ? "Save the draft first: what you changed since is neither tested nor submitted."
            : "The saved draft is what is tested and submitted."}
        </Text>
      </Group>
      {(submit.error || test.error) && (
        <Stack mt="md" gap="xs" ref={intoView}>
          {submit.error && <ProblemAlert error={submit.error} title="Not submitted" />}
          {test.error && <ProblemAlert error={test.error} title="Not tested" />}
        </Stack>
      )}
    </>
  );
}
