import { Box, Group, Stack, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import type { Job } from "../../api/queries";
import { Time } from "../../ui/Time";
import type { Held } from "./held";
import classes from "./job.module.css";
import { type Answer, type Bench, benches } from "./policy";

const WORDS: Record<Answer, string> = {
  author: "author, approved by signing",
  approve: "approved",
  reject: "rejected",
  waiting: "has not reviewed",
};

function Mark({ answer }: { answer: Answer }) {
  const size = { size: 17, style: { flexShrink: 0 }, "aria-hidden": true } as const;
  if (answer === "waiting") return <IconCircleDashed {...size} color="var(--mantine-color-dimmed)" />;
  if (answer === "reject") return <IconCircleX {...size} color="var(--mantine-color-error)" />;
  return <IconCircleCheck {...size} color="var(--mantine-color-green-7)" />;
}

function Seats({ bench, one }: { bench: Bench; one: boolean }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={2}>
        {bench.name === undefined
          ? `Every member must approve: ${bench.approved} of ${bench.threshold}`
          : `${bench.name}: ${bench.approved} of the ${bench.threshold} needed`}
        {!one && bench.approved >= bench.threshold && ", met"}
      </Text>
      <Box component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {bench.seats.map(({ email, answer }) => (
          <li key={email} className={classes.seat}>
            <Mark answer={answer} />
            <Text size="sm" component="span">
              {email}{" "}
              <Text size="xs" c="dimmed" span>
                {WORDS[answer]}
              </Text>
            </Text>
          </li>
        ))}
      </Box>
    </div>
  );
}

/** Who approved, who must still, and what was said. */
export function Approvals({ job, held }: { job: Job; held: Held | undefined }) {
  const all = held ? benches(held.workspace, held.spec.author.certificate.email, job.reviews) : [];
  return (
    <Box className="card" p="lg" component="section" aria-label="Approvals">
      <Title order={2} fz="md" mb="xs">
        Approvals
      </Title>
      <Text size="sm" mb="sm" fw={500}>
        {job.state === "rejected"
          ? "Rejected."
          : job.awaiting.length === 0
            ? "Everyone the policy names has approved."
            : `Still to approve: ${job.awaiting.join(", ")}.`}
      </Text>
      <Stack gap="sm">
        {all.map((bench) => (
          <Seats key={bench.name ?? ""} bench={bench} one={all.length === 1} />
        ))}
        {job.reviews.some((review) => review.comment) && (
          <Box
            component="section"
            aria-label="Comments"
            style={{ borderTop: "1px solid var(--cloister-line)" }}
            pt="sm"
          >
            <Stack gap="sm">
              {job.reviews.map(
                (review) =>
                  review.comment && (
                    <div key={review.digest}>
                      <Group gap={6}>
                        <Text size="xs" fw={600}>
                          {review.reviewer}
                        </Text>
                        <Text size="xs" c="dimmed">
                          {review.decision === "reject" ? "rejected" : "approved"}
                          {!review.counts && ", counts no more"}, <Time at={review.at} />
                        </Text>
                      </Group>
                      <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                        {review.comment}
                      </Text>
                    </div>
                  ),
              )}
            </Stack>
          </Box>
        )}
      </Stack>
    </Box>
  );
}
