import { Box, Button, Group, Stack, Textarea, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Job } from "../../api/queries";
import { commentProblem, MAX_COMMENT, reviewJob } from "../../core/acts/jobs";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useAct } from "../../signing/hooks";
import { ProblemAlert, sentence } from "../../ui/states";

/** Approve, or reject and say why. */
export function Decide({ job }: { job: Job }) {
  const [comment, setComment] = useState("");
  const [wrong, setWrong] = useState<string>();
  const wire = asWire<WireJob>(job);
  const review = useAct(
    (core, decision: "approve" | "reject") => reviewJob(core, wire, decision, comment.trim() || undefined),
    [["jobs"], ["runs"]],
    () => notifications.show({ message: "Your review is signed and stored." }),
  );
  const decide = (decision: "approve" | "reject") => {
    const problem = commentProblem(decision, comment);
    setWrong(problem && sentence(problem));
    if (!problem) review.mutate(decision);
  };
  return (
    <Box className="card" p="lg" component="section" aria-label="Your review">
      <Stack gap="sm">
        <Title order={2} fz="md">
          Your review
        </Title>
        {review.error && <ProblemAlert error={review.error} />}
        <Textarea
          label="Comment"
          description="Needed when you reject"
          maxLength={MAX_COMMENT}
          autosize
          minRows={2}
          error={wrong}
          value={comment}
          onChange={(event) => {
            setWrong(undefined);
            setComment(event.currentTarget.value);
          }}
        />
        <Group>
          <Button
            loading={review.isPending && review.variables === "approve"}
            onClick={() => decide("approve")}
          >
            Approve
          </Button>
          <Button
            variant="default"
            loading={review.isPending && review.variables === "reject"}
            onClick={() => decide("reject")}
          >
            Reject
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}
