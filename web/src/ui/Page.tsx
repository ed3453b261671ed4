import { Box, Group, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A page's head: what it is, a line about it, what one can do here. */
export function Page(props: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
  children: ReactNode;
}) {
  useDocumentTitle(`${props.title} - Cloister`);
  return (
    <Box className="page">
      {props.above}
      <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
        <div style={{ flex: "1 1 260px" }}>
          <Title order={1}>{props.title}</Title>
          {props.lead && (
            <Text c="dimmed" size="sm" mt={4} component="div" maw={720}>
              {props.lead}
            </Text>
          )}
        </div>
        {props.actions && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </Box>
  );
}
