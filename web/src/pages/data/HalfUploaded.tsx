import { Alert, Box, Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { otherFile, type Parcel } from "../../core/acts/shelf";
import { ProblemAlert, sentence } from "../../ui/states";
import { Time } from "../../ui/Time";
import { Words } from "../../ui/Words";
import { useAdding } from "./adding";
import { bytes } from "./file";
import { Progress } from "./Progress";
import { useParcels, useShelf } from "./useShelf";

function One({ parcel }: { parcel: Parcel }) {
  const { state, begin, halt } = useAdding();
  const [chosen, setChosen] = useState<File>();
  const [wrong, setWrong] = useState<string>();
  const shelf = useShelf();
  const client = useQueryClient();
  const discard = useMutation({
    mutationFn: async () => (await shelf()).forget(parcel.dataset),
    onSettled: () => client.invalidateQueries({ queryKey: ["parcels"] }),
  });
  const choose = (file: File) => {
    const problem = otherFile(parcel, file);
    setWrong(problem);
    if (problem) return;
    setChosen(file);
    void begin(parcel, file);
  };
  const { name } = parcel.addition;
  if (state && chosen) {
    return <Progress adding={state} name={name} onHalt={halt} onAgain={() => void begin(parcel, chosen)} />;
  }
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconFileUpload size={18} />}
      title={`${name} is half uploaded`}
      styles={{
        title: { color: "var(--mantine-color-text)" },
        message: { color: "var(--mantine-color-text)" },
      }}
    >
      <Stack gap="xs">
        <Text size="sm">
          Begun <Time at={parcel.begun} />. Choose {parcel.file.name} ({bytes(parcel.file.size)}) again and it
          goes on where it was: browsers keep no files over a reload.
        </Text>
        {wrong && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            <Words text={sentence(wrong)} />
          </Text>
        )}
        {discard.error && <ProblemAlert error={discard.error} />}
        <Group gap="xs">
          <FileButton
            onChange={(file) => file && choose(file)}
            inputProps={{ "aria-label": `File of ${name}` }}
          >
            {(button) => (
              <Button size="xs" {...button}>
                Choose it and go on
              </Button>
            )}
          </FileButton>
          <Button size="xs" variant="default" loading={discard.isPending} onClick={() => discard.mutate()}>
            Discard it
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

/** Files whose upload was cut by a reload, a closed tab, a lost connection. */
export function HalfUploaded() {
  const parcels = useParcels();
  if (!parcels.data || parcels.data.length === 0) return null;
  return (
    <Box component="section" aria-label="Half uploaded">
      <Stack>
        {parcels.data.map((parcel) => (
          <One key={parcel.dataset} parcel={parcel} />
        ))}
      </Stack>
    </Box>
  );
}
