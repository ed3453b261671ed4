import { Box, Center, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Mark } from "../ui/Mark";

/** The card that stands alone on the pages before one is signed in. */
export function Frame(props: { title: string; lead?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${props.title} - Cloister`);
  return (
    <Center mih="100dvh" p="md" component="main">
      <Stack gap="lg" w="100%" maw={400}>
        <Group gap={10} justify="center">
          <Mark size={30} />
          <Text fw={650} fz="lg" style={{ letterSpacing: "-0.01em" }}>
            Cloister
          </Text>
        </Group>
        <Box className="card" p={{ base: "lg", xs: 28 }}>
          <Title order={1} mb={4}>
            {props.title}
          </Title>
          {props.lead && (
            <Text size="sm" c="dimmed" mb="lg" component="div">
              {props.lead}
            </Text>
          )}
          {props.children}
        </Box>
      </Stack>
    </Center>
  );
}
